"""The report of all tenants: who may reach what, and what speaks against it, for auditors.

Data flows one way: declarations, delivered settings and Pulumi's backend → `document` → HTML or JSON.
"""
