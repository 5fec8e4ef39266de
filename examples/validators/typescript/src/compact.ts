/** Parse a JWS in compact form without verifying it: canonical base64url, UTF-8, unique names. */

import { Refused } from "./reason.ts";

const MAX_TOKEN_LENGTH = 16 * 1024;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const STRING = /"(?:[^"\\]|\\.)*"/y;

export type JsonObject = Record<string, unknown>;

export interface CompactToken {
  text: string;
  header: JsonObject;
  claims: JsonObject;
}

/** Parse a token, or throw `Refused`. */
export function parseToken(text: string): CompactToken {
  if (text.length > MAX_TOKEN_LENGTH) throw new Refused("token-too-large");
  const parts = text.split(".");
  if (parts.length !== 3) throw new Refused(parts.length === 5 ? "token-encrypted" : "token-opaque");
  const [header, claims, signature] = parts as [string, string, string];
  try {
    decode(signature);
    return { text, header: jsonObject(header), claims: jsonObject(claims) };
  } catch {
    throw new Refused("token-malformed");
  }
}

/** Return a member of the object itself; undefined if it is missing. */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Return whether a JSON value is an object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Decode base64url of which there is one form only: no padding, no other characters, unused bits are zero. */
function decode(text: string): Uint8Array {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.toString("base64url") !== text) throw new Error("not canonical base64url");
  return bytes;
}

function jsonObject(part: string): JsonObject {
  const text = UTF8.decode(decode(part));
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error("not an object");
  requireUniqueNames(text);
  return value;
}

/** Throw if an object of a valid JSON text has a name twice; JSON.parse keeps the last value. */
function requireUniqueNames(text: string): void {
  const open: (Set<string> | undefined)[] = []; // the names of each open object; undefined for an array
  let nameExpected = false;
  for (let index = 0; index < text.length; index++) {
    const letter = text[index];
    if (letter === "{") {
      open.push(new Set());
      nameExpected = true;
    } else if (letter === "[") {
      open.push(undefined);
      nameExpected = false;
    } else if (letter === "}" || letter === "]") {
      open.pop();
      nameExpected = false;
    } else if (letter === ",") {
      nameExpected = open.at(-1) !== undefined;
    } else if (letter === '"') {
      STRING.lastIndex = index;
      const string = STRING.exec(text)![0];
      index += string.length - 1;
      const names = open.at(-1);
      if (nameExpected && names) {
        const name = JSON.parse(string) as string;
        if (names.has(name)) throw new Error("a name occurs twice");
        names.add(name);
        nameExpected = false;
      }
    }
  }
}
