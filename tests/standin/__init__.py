"""Stand-ins for Pulumi plugins that cannot be had here: `azuread` and `auth0`.

A stand-in is a provider plugin of the real one's name that serves the real engine. It knows resources,
properties, types, required inputs and secrets from the installed Pulumi SDK and refuses anything else; a
rules module per package says what the SDK does not: what the real plugin refuses in a preview, what its
service refuses or assigns. It is no Entra and no Auth0, and what passes on it may still fail on them.
"""
