"""The report for auditors: the access of all tenants, with the findings of the rules.

Data flows one way: declarations, delivered settings and Pulumi's backend → `document` → HTML or JSON.
"""
