"""The exceptions of this project.

    FlowMcpError                 base class: an error that the user can cause or fix
    ├── NoProjectError           the project or the stack does not exist
    ├── DeclarationError         a tenant's file is invalid; lists all problems with file, line and path
    ├── InstanceUnknownError     the Flow instance's Entra tenant is required but not declared
    ├── PolicyPackError          the policy pack cannot be loaded, or its configuration is invalid
    ├── AuthorizationServerError a request to an authorization server failed
    │   ├── UnreachableError     the server does not answer, or another server answers
    │   ├── CredentialsError     the administrator's credentials are missing or rejected
    │   ├── RightsError          the administrator lacks a permission
    │   ├── OwnedByOthersError   an object to be created exists and does not belong to this stack
    │   └── MetadataError        the server's metadata is missing, invalid, or has another issuer
    ├── PartlyDoneError          the plugin created or updated only a part of a resource
    │   └── UnfinishedError      the same error with the created state, for Pulumi's engine
    ├── StackError               Pulumi could not read a stack
    │   └── NotAppliedError      the stack has no settings yet
    ├── PreviewError             Pulumi's preview failed or its result is unreliable
    │   ├── LockedError          another update holds the stack's lock
    │   └── UnansweredError      the authorization server did not answer during an update
    ├── WaveError                the percentages of the waves of an update are invalid
    ├── ShardError               a text does not name a shard
    ├── UnresolvedError          it is unknown whether a killed update created a resource
    ├── FleetError               a run over several tenants cannot start or continue
    ├── NewTenantError           a new tenant's file cannot be created
    ├── PulumiError              a run of Pulumi in a scratch project failed
    ├── BlockedError             the gate blocks a change, which cannot be approved
    ├── NotApprovedError         the change to apply differs from the approved one
    ├── ApprovalError            a file is not the digest tree of the approved digest
    ├── DeviationError           the applied change differs from the approved one
    ├── NotMendedError           drift could not be reverted
    ├── SuccessorError           several objects could replace a deleted one, or another stack manages it
    ├── GitError                 a git revision cannot be read
    ├── AdoptError               nothing can be adopted, or the proposal cannot be written
    ├── ExportError              settings cannot be delivered
    ├── ManifestError            a manifest cannot be written from the given values
    ├── RotateError              a rotation cannot be recorded, or a secret cannot be handed over
    ├── ConnectError             a tenant does not admit an application
    ├── EvidenceError            evidence cannot be created or read
    ├── NotVerifiedError         evidence has no valid signature, or does not match the given files
    ├── SettingsFileError        a settings file is invalid, or the runtime must not use it
    ├── SettingsDirectoryError   the directory of settings files cannot be read
    ├── KeysUnavailableError     an authorization server's keys cannot be fetched
    ├── TokenRefusedError        an authorization server did not issue a token
    ├── NoAnswerError            a server does not answer a request of `verify`
    ├── SkipError                `verify` skips a check, for the given reason
    ├── SettingsError            the settings passed to `verify` are invalid
    ├── ClientKeyError           the key passed to `verify` does not belong to the client
    ├── ClientTokenError         the file passed to `verify` has no signed token
    ├── ToolchainError           Pulumi or a plugin could not be found, downloaded or built
    ├── LocalKeycloakError       the Keycloak of `flow-mcp dev` cannot be installed, started or stopped
    ├── DemoError                the demo cannot continue
    ├── NewProjectError          a new project cannot be created in a directory
    ├── UpgradeError             a project does not name the version that it uses
    └── EditorSettingsError      an editor's settings cannot be extended

Each message states what failed, where, why and what to do. None contains a secret.
"""

from __future__ import annotations


class FlowMcpError(Exception):
    """Base class of errors that the user can fix; the command line prints them without a traceback."""

    exit_code = 1
