"""The exceptions of this project.

    FlowMcpError                 every error that a user can cause or mend; shown as one sentence
    ├── NoProjectError           there is no project, or no such stack in it
    ├── DeclarationError         a tenant's file is wrong: every problem of it, with file, line and path
    ├── InstanceUnknownError     the Flow instance's Entra tenant is needed and not declared
    ├── PolicyPackError          the project's policy pack cannot be loaded, or its configuration is wrong
    ├── AuthorizationServerError an authorization server does not do what is asked of it
    │   ├── UnreachableError     it does not answer, or something else answers in its place
    │   ├── CredentialsError     the administrator's credentials are missing or refused
    │   ├── RightsError          the administrator may not do what is needed
    │   ├── OwnedByOthersError   what is to be made exists and is not this stack's
    │   └── MetadataError        its metadata is missing, unusable, or that of another issuer
    ├── PartlyDoneError          creating or updating began and could not be finished (the plugin's)
    │   └── UnfinishedError      the same, as Pulumi is told it, with what was made
    ├── StackError               Pulumi did not tell what is asked of a stack
    │   └── NotAppliedError      the stack has no settings yet
    ├── PreviewError             Pulumi's engine did not get to its end, or cannot be relied on
    │   └── LockedError          somebody else is at work on the stack
    ├── WaveError                the waves of a run cannot be meant so
    ├── FleetError               a run over tenants cannot be made
    ├── NewTenantError           a new tenant's file cannot be written
    ├── PulumiError              a run of Pulumi in a trial failed
    ├── BlockedError             a gate refuses a change, and no approval would do
    ├── NotApprovedError         what would be applied is not what was approved
    ├── DeviationError           what Pulumi did is not what was approved
    ├── GitError                 a revision cannot be read
    ├── ExportError              settings cannot be delivered
    ├── EvidenceError            evidence cannot be packed or read
    ├── NotVerifiedError         evidence is not what its signer signed, or not of what was given
    ├── SettingsFileError        a settings file is none that a runtime may follow
    ├── SettingsDirectoryError   the directory of settings cannot be read
    ├── KeysUnavailableError     an authorization server's keys cannot be had
    ├── TokenRefusedError        an authorization server gave no token
    ├── NoAnswerError            a live tenant's server does not answer what `verify` asks
    ├── SkipError                `verify` cannot make a check, and says why
    ├── SettingsError            the settings that `verify` is given cannot be used
    ├── ClientKeyError           the key that `verify` is given is none of the client
    ├── ToolchainError           Pulumi and its plugins can neither be found, downloaded nor built
    ├── LocalKeycloakError       the Keycloak of `flow-mcp dev` cannot be had, started or stopped
    └── DemoError                the demo cannot go on

Each names what is wrong, where, why, and what to do; none carries a secret.
"""

from __future__ import annotations


class FlowMcpError(Exception):
    """Something that the user can mend; the command line prints it without a traceback."""

    exit_code = 1
