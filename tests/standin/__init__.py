"""Stand-ins for the Pulumi plugins `azuread` and `auth0` and for vendors' servers.

A stand-in plugin has the name of the real plugin and serves the real engine. It takes resources, properties,
types, required inputs and secrets from the installed Pulumi SDK, and rejects everything else. A rules module
for each package defines what the SDK does not contain: what the real plugin rejects in a preview, and what
its service rejects or assigns. A test that passes with a stand-in may still fail with Entra or Auth0.
"""
