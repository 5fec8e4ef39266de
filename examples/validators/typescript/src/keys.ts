/** The public keys of a JSON Web Key Set that may verify signatures, and the verification with jose. */

import { compactVerify, importJWK, type JWK } from "jose";
import { isObject, member, type CompactToken, type JsonObject } from "./compact.ts";
import { Refused } from "./reason.ts";

const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
const MIN_RSA_BITS = 2048;
const FAMILIES: Record<string, (jwk: JWK) => boolean> = {
  RS: (jwk) => jwk.kty === "RSA",
  PS: (jwk) => jwk.kty === "RSA",
  ES256: (jwk) => jwk.crv === "P-256",
  ES384: (jwk) => jwk.crv === "P-384",
  ES512: (jwk) => jwk.crv === "P-521",
  Ed: (jwk) => jwk.crv === "Ed25519",
};

/** Return the usable keys of a key set: public signature keys, RSA keys of at least 2,048 bits. */
export async function usableKeys(jwks: JsonObject): Promise<JWK[]> {
  const listed = member(jwks, "keys");
  if (!Array.isArray(listed)) throw new Error("the key set has no list `keys`");
  const usable: JWK[] = [];
  for (const key of listed) if (await isUsable(key)) usable.push(key);
  return usable;
}

/** Return whether a value is a usable public key. */
export async function isUsable(value: unknown): Promise<boolean> {
  if (!isObject(value) || PRIVATE.some((name) => Object.hasOwn(value, name))) return false;
  const { kty, crv, use, key_ops: operations, n } = value;
  if (use !== undefined && use !== "sig") return false;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify"))) return false;
  if (kty === "RSA" && (typeof n !== "string" || bits(n) < MIN_RSA_BITS)) return false;
  const algorithm = { RSA: "RS256", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512", Ed25519: "EdDSA" }[
    String(kty === "RSA" ? kty : crv)
  ];
  if (algorithm === undefined) return false;
  try {
    // Only the key's own parameters: `alg` and `use` would limit the import.
    await importJWK(material(value as JWK), algorithm);
    return true;
  } catch {
    return false;
  }
}

/** Verify a token with the server's key that its `kid` names, or with the only key that fits. */
export async function checkSignature(token: CompactToken, keys: JWK[]): Promise<void> {
  const algorithm = token.header["alg"] as string;
  const fitting = named(token, keys).filter((key) => fits(key, algorithm));
  if (fitting.length === 0 || (!("kid" in token.header) && fitting.length > 1)) throw new Refused("unfit-key");
  for (const key of fitting) if (await isSignedBy(token, key)) return;
  throw new Refused("bad-signature");
}

/** Return whether the key fits the token's algorithm, which must be allowed, and verifies its signature. */
export async function isSignedBy(token: CompactToken, key: JWK): Promise<boolean> {
  const algorithm = token.header["alg"] as string;
  if (!fits(key, algorithm)) return false;
  try {
    await compactVerify(token.text, await importJWK(material(key), algorithm), { algorithms: [algorithm] });
    return true;
  } catch {
    return false;
  }
}

function named(token: CompactToken, keys: JWK[]): JWK[] {
  const kid = member(token.header, "kid");
  if (kid === undefined) return keys;
  if (typeof kid !== "string") throw new Refused("token-malformed");
  const withKid = keys.filter((key) => key.kid === kid);
  if (withKid.length === 0) throw new Refused("unknown-key");
  return withKid;
}

function fits(key: JWK, algorithm: string): boolean {
  if (key.alg !== undefined && key.alg !== algorithm) return false;
  const family = FAMILIES[algorithm] ?? FAMILIES[algorithm.slice(0, 2)];
  return family !== undefined && family(key);
}

function material({ kty, crv, x, y, n, e }: JWK): JWK {
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e })) as JWK;
}

function bits(number: string): number {
  const hex = Buffer.from(number, "base64url").toString("hex").replace(/^0+/, "");
  return hex === "" ? 0 : BigInt(`0x${hex}`).toString(2).length;
}
