"""The exceptions of this project.

    FlowMcpError                 every error that a user can cause or mend; shown as one sentence
    ├── DeclarationError         a tenant's file is wrong: every problem of it, with file, line and path
    ├── LocalKeycloakError       the Keycloak of `flow-mcp dev` cannot be had, started or stopped
    ├── AuthorizationServerError an authorization server does not do what is asked of it
    │   ├── UnreachableError     it does not answer, or something else answers in its place
    │   ├── CredentialsError     the administrator's credentials are missing or refused
    │   ├── RightsError          the administrator may not do what is needed
    │   ├── OwnedByOthersError   what is to be made exists and is not this stack's
    │   └── MetadataError        its metadata is missing, unusable, or that of another issuer
    └── PartlyDoneError          creating or updating began and could not be finished (the plugin's)

Each names what is wrong, where, why, and what to do; none carries a secret.
"""

from __future__ import annotations


class FlowMcpError(Exception):
    """Something that the user can mend; the command line prints it without a traceback."""

    exit_code = 1
