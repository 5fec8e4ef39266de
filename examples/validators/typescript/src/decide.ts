/** Decide a call by a tenant's settings, as docs/runtime.md describes. */

import type { JWK } from "jose";
import * as tokenClaims from "./claims.ts";
import { challenge, NO_RESOURCE } from "./challenge.ts";
import { registeredClient, type SubjectKind } from "./clients.ts";
import { parseToken, type CompactToken } from "./compact.ts";
import { checkProof, tokenBinding, type DpopCall } from "./dpop.ts";
import { checkSignature } from "./keys.ts";
import { Refused, REASONS, type ErrorCode, type Reason, type Status } from "./reason.ts";
import { findResource } from "./resources.ts";
import type { AuthorizationServer, ProtectedResource, ResourceAtServer, Settings } from "./settings.ts";

export interface Call {
  /** URL of the call without its query, undecoded. */
  address: string;
  /** The token; the refusal if the headers are ambiguous; undefined without a token. */
  token: string | Refused | undefined;
  /** How the call proves possession; undefined for the scheme Bearer. */
  dpop?: DpopCall | undefined;
}

export interface Decision {
  allowed: boolean;
  status: Status;
  error?: ErrorCode;
  challenge?: string;
  reason: Reason;
  resource?: string;
  authority?: string;
  client?: string;
  subject?: string;
  subjectKind?: SubjectKind;
  expiresAt?: number;
}

/** What the checks have established so far. */
interface Facts {
  atServer?: ResourceAtServer;
  client?: string;
  subject?: string;
  subjectKind?: SubjectKind;
  expiresAt?: number;
}

/**
 * Decide one call.
 *
 * @param settings the tenant's settings; undefined if it has none
 * @param call the call
 * @param keys usable keys by authority; an authority without an entry could not be reached
 * @param now seconds since 1970
 */
export async function decide(
  settings: Settings | undefined,
  call: Call,
  keys: Map<string, JWK[]>,
  now: number,
): Promise<Decision> {
  const resource = settings && findResource(settings.protectedResources, call.address);
  if (!settings || !resource) {
    return decision(settings ? "unknown-resource" : "no-settings", { challenge: NO_RESOURCE });
  }
  const facts: Facts = {};
  let reason: Reason;
  try {
    reason = await evaluate(settings, resource, call, keys, now, facts);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    reason = error.reason;
  }
  const { atServer, expiresAt, ...caller } = facts;
  const known = { resource: resource.url, ...(atServer && { authority: atServer.authority }), ...caller };
  if (reason === "allowed") return decision(reason, { ...known, expiresAt: expiresAt! });
  return decision(reason, {
    ...known,
    challenge: challenge(reason, resource, atServer, call.dpop ? "DPoP" : "Bearer"),
  });
}

function decision(reason: Reason, members: Omit<Decision, "allowed" | "status" | "error" | "reason">): Decision {
  const { status, error } = REASONS[reason];
  return { allowed: reason === "allowed", status, ...(error && { error }), reason, ...members };
}

async function evaluate(
  settings: Settings,
  resource: ProtectedResource,
  { address, token, dpop }: Call,
  keys: Map<string, JWK[]>,
  now: number,
  facts: Facts,
): Promise<Reason> {
  if (token === undefined) return "no-token";
  if (dpop && !resource.authorizationServers.some((there) => there.dpop)) return "no-token";
  if (token instanceof Refused) throw token;
  const parsed = parseToken(token);
  const [server, atServer] = issuer(settings, resource, parsed);
  facts.atServer = atServer;
  const profile = server.tokenProfile;
  tokenClaims.checkHeader(parsed.header, profile);
  const serverKeys = keys.get(server.authority);
  if (!serverKeys) return "keys-unavailable";
  await checkSignature(parsed, serverKeys);

  const claims = parsed.claims;
  const binding = tokenBinding(claims, dpop, atServer.dpop);
  facts.expiresAt = tokenClaims.checkTimes(claims, now, profile.clockSkewSeconds);
  const client = tokenClaims.requiredText(claims, profile.clientClaim);
  const subject = tokenClaims.requiredText(claims, "sub");
  Object.assign(facts, { client, subject });
  const audiences = tokenClaims.audiences(claims);
  if (!tokenClaims.allHold(profile.conditions, claims)) return "not-an-access-token";
  if (binding) await checkProof(binding, token, address, now, profile.clockSkewSeconds);
  const kind = tokenClaims.allHold(profile.person, claims) ? "person" : "program";
  facts.subjectKind = kind;

  const entry = registeredClient(server, client, kind);
  if (entry.binding && !binding) return "unbound-token";
  if (!entry.access.includes(`${resource.workspace}/${resource.environment}`)) return "resource-not-given";
  if (!atServer.audiences.some((audience) => audiences.has(audience))) return "wrong-audience";
  if (kind === "program" && atServer.appRoles.length > 0) {
    const granted = tokenClaims.roles(claims, profile.roleClaim);
    return atServer.appRoles.every((role) => granted.has(role)) ? "allowed" : "missing-role";
  }
  const granted = tokenClaims.scopes(claims, profile.scopeClaim);
  return atServer.scopesInTokens.every((scope) => granted.has(scope)) ? "allowed" : "missing-scope";
}

/** Return the first server of the resource with this `iss`, which is not verified yet. */
function issuer(
  settings: Settings,
  resource: ProtectedResource,
  { claims }: CompactToken,
): [AuthorizationServer, ResourceAtServer] {
  for (const atServer of resource.authorizationServers) {
    for (const server of settings.authorizationServers) {
      if (server.authority === atServer.authority && server.issuers.includes(claims["iss"] as string)) {
        return [server, atServer];
      }
    }
  }
  throw new Refused("unknown-issuer");
}
