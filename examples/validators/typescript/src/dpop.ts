/** Check that the caller possesses the key to which its token is bound (RFC 9449). */

import { createHash } from "node:crypto";
import { calculateJwkThumbprint, type JWK } from "jose";
import { seconds } from "./claims.ts";
import { isObject, member, parseToken, type CompactToken, type JsonObject } from "./compact.ts";
import { isSignedBy, isUsable } from "./keys.ts";
import { Refused } from "./reason.ts";
import type { Dpop } from "./settings.ts";

/** The part of a call with the scheme DPoP from which possession of the key is proven. */
export interface DpopCall {
  proofs: string[];
  method: string;
  /** Nonces of which the proof must have one; empty: none are required. */
  nonces: string[];
  /** Record a proof until `until`, in seconds since 1970; return whether no other call has used it. */
  firstUse(proof: { jkt: string; jti: string; until: number }): boolean;
}

export interface Binding {
  jkt: string;
  call: DpopCall;
  accepted: Dpop;
}

/** Return the binding of a token; undefined for an unbound Bearer token. */
export function tokenBinding(claims: JsonObject, call?: DpopCall, accepted?: Dpop): Binding | undefined {
  if (!Object.hasOwn(claims, "cnf")) {
    if (call) throw new Refused("unbound-token");
    return undefined;
  }
  const confirmation = isObject(claims["cnf"]) ? claims["cnf"] : {};
  if (Object.hasOwn(confirmation, "x5t#S256")) throw new Refused("certificate-bound-token");
  if (!call || !accepted) throw new Refused("bound-token");
  const jkt = member(confirmation, "jkt");
  if (typeof jkt !== "string") throw new Refused("malformed-claim");
  return { jkt, call, accepted };
}

/** Check the proof of a call, and record it as used. */
export async function checkProof(
  { jkt, call, accepted }: Binding,
  token: string,
  address: string,
  now: number,
  skew: number,
): Promise<void> {
  if (call.proofs.length !== 1) throw new Refused("no-proof");
  const proof = malformedUnless(() => parseToken(call.proofs[0]!));
  const key = await proofKey(proof, accepted);
  const jti = member(proof.claims, "jti");
  if (typeof jti !== "string" || jti === "") throw new Refused("proof-malformed");
  const issued = malformedUnless(() => seconds(member(proof.claims, "iat")));
  if (!(await isSignedBy(proof, key))) throw new Refused("proof-bad-signature");
  if ((await calculateJwkThumbprint(key)) !== jkt) throw new Refused("proof-wrong-key");
  const htu = member(proof.claims, "htu");
  const sameAddress = typeof htu === "string" && normalized(htu) === normalized(address);
  if (member(proof.claims, "htm") !== call.method || !sameAddress) throw new Refused("proof-wrong-request");
  const digest = createHash("sha256").update(token).digest("base64url");
  if (member(proof.claims, "ath") !== digest) throw new Refused("proof-wrong-token");
  const until = issued + accepted.maxAgeSeconds + skew;
  if (now > until || now < issued - skew) throw new Refused("proof-wrong-time");
  if (call.nonces.length > 0 && !call.nonces.includes(member(proof.claims, "nonce") as string)) {
    throw new Refused("proof-wrong-nonce");
  }
  if (!call.firstUse({ jkt, jti, until })) throw new Refused("proof-replayed");
}

async function proofKey({ header }: CompactToken, accepted: Dpop): Promise<JWK> {
  const jwk = member(header, "jwk");
  const right =
    !Object.hasOwn(header, "crit") &&
    !Object.hasOwn(header, "b64") &&
    member(header, "typ") === "dpop+jwt" &&
    accepted.algorithms.includes(member(header, "alg") as string) &&
    (await isUsable(jwk));
  if (!right) throw new Refused("proof-malformed");
  return jwk as JWK;
}

function malformedUnless<Value>(read: () => Value): Value {
  try {
    return read();
  } catch {
    throw new Refused("proof-malformed");
  }
}

/** Return an address without query, fragment and default port; undefined if it is not one. */
function normalized(url: string): string | undefined {
  const match = /^(https?):\/\/([^/?#]+)([^?#]*)/i.exec(url);
  if (!match) return undefined;
  const scheme = match[1]!.toLowerCase();
  const host = match[2]!.toLowerCase().replace(scheme === "https" ? /:443$/ : /:80$/, "");
  return `${scheme}://${host}${match[3]}`;
}
