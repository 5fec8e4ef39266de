"""Run Pulumi's engine on a stack and read the events of previews, updates and analyses as data.

No secret value leaves this package: the engine hides secrets in its events, and a mask replaces them here.
"""
