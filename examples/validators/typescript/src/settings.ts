/** The members of the settings document that the decision reads (docs/schemas/settings.schema.json). */

export interface ClaimCondition {
  claim: string;
  must: "present" | "absent" | "one-of" | "no-suffix" | "prefix";
  values: string[];
}

export interface TokenProfile {
  algorithms: string[];
  types: string[];
  clientClaim: string;
  scopeClaim: string;
  roleClaim?: string;
  conditions: ClaimCondition[];
  person: ClaimCondition[];
  clockSkewSeconds: number;
}

/** The access of a client or of a registration method, and whether its tokens must be bound to a key. */
export interface Entry {
  access: string[];
  binding?: "dpop";
}

export interface Client extends Entry {
  clientId: string;
  grant: "client-credentials" | "authorization-code";
}

export interface AuthorizationServer {
  authority: string;
  issuers: string[];
  tokenProfile: TokenProfile;
  clients: Client[];
  registration: { dynamic?: Entry; metadataDocuments?: Entry & { domains: string[] } };
}

export interface Dpop {
  algorithms: string[];
  maxAgeSeconds: number;
  required: boolean;
}

export interface ResourceAtServer {
  authority: string;
  audiences: string[];
  scopesAdvertised: string[];
  scopesInTokens: string[];
  appRoles: string[];
  dpop?: Dpop;
}

export interface ProtectedResource {
  url: string;
  workspace: string;
  environment: string;
  authorizationServers: [ResourceAtServer, ...ResourceAtServer[]];
}

export interface Settings {
  version: 1;
  tenant: string;
  authorizationServers: AuthorizationServer[];
  protectedResources: ProtectedResource[];
}
