"""The exceptions of this project.

    FlowMcpError                 every error that a user can cause or mend; shown as one sentence
    ├── DeclarationError         a tenant's file is wrong: every problem of it, with file, line and path
    └── LocalKeycloakError       the Keycloak of `flow-mcp dev` cannot be had, started or stopped

Each names what is wrong, where, why, and what to do; none carries a secret.
"""

from __future__ import annotations


class FlowMcpError(Exception):
    """Something that the user can mend; the command line prints it without a traceback."""

    exit_code = 1
