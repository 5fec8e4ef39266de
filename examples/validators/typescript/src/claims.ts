/** Check a token's header and claims by the token profile. */

import { member, type JsonObject } from "./compact.ts";
import { Refused } from "./reason.ts";
import type { ClaimCondition, TokenProfile } from "./settings.ts";

// Letters, marks, numbers, punctuation, symbols and the plain space.
const PRINTABLE = /^(?:[^\p{C}\p{Z}]| )+$/u;

export function checkHeader(header: JsonObject, profile: TokenProfile): void {
  if (Object.hasOwn(header, "crit") || Object.hasOwn(header, "b64")) throw new Refused("critical-header");
  if (!profile.algorithms.includes(member(header, "alg") as string)) throw new Refused("wrong-algorithm");
  const type = member(header, "typ");
  if (typeof type !== "string" || !profile.types.map(mediaType).includes(mediaType(type))) {
    throw new Refused("wrong-type");
  }
}

/** Check `exp`, `nbf` and `iat`; return `exp`, rounded down. */
export function checkTimes(claims: JsonObject, now: number, skew: number): number {
  if (!Object.hasOwn(claims, "exp")) throw new Refused("missing-claim");
  const expires = seconds(claims["exp"]);
  if (now >= expires + skew) throw new Refused("expired");
  if (Object.hasOwn(claims, "nbf") && now < seconds(claims["nbf"]) - skew) throw new Refused("not-yet-valid");
  if (Object.hasOwn(claims, "iat") && now < seconds(claims["iat"]) - skew) throw new Refused("issued-in-future");
  return Math.floor(expires);
}

export function requiredText(claims: JsonObject, name: string): string {
  if (!Object.hasOwn(claims, name)) throw new Refused("missing-claim");
  const value = claims[name];
  if (typeof value !== "string" || !PRINTABLE.test(value)) throw new Refused("malformed-claim");
  return value;
}

export function audiences(claims: JsonObject): Set<string> {
  if (!Object.hasOwn(claims, "aud")) throw new Refused("missing-claim");
  const value = claims["aud"];
  return strings(typeof value === "string" ? [value] : value);
}

export function scopes(claims: JsonObject, name: string): Set<string> {
  const value = Object.hasOwn(claims, name) ? claims[name] : "";
  return strings(typeof value === "string" ? value.split(" ") : value);
}

export function roles(claims: JsonObject, name: string | undefined): Set<string> {
  return name !== undefined && Object.hasOwn(claims, name) ? strings(claims[name]) : new Set();
}

export function allHold(conditions: ClaimCondition[], claims: JsonObject): boolean {
  return conditions.every((condition) => holds(condition, claims));
}

/** Return a time in seconds since 1970, a finite number. */
export function seconds(value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Refused("malformed-claim");
  return value;
}

function holds({ claim, must, values }: ClaimCondition, claims: JsonObject): boolean {
  const value = member(claims, claim);
  if (must === "absent") return !Object.hasOwn(claims, claim);
  if (must === "present") return value !== undefined && value !== null;
  if (typeof value !== "string") return false;
  if (must === "one-of") return values.includes(value);
  if (must === "prefix") return values.some((prefix) => value.startsWith(prefix));
  return !values.some((suffix) => value.endsWith(suffix));
}

function strings(value: unknown): Set<string> {
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw new Refused("malformed-claim");
  }
  return new Set(value as string[]);
}

function mediaType(type: string): string {
  return type.toLowerCase().replace(/^application\//, "");
}
