/** Find the protected resource of a call's address. */

import type { ProtectedResource } from "./settings.ts";

// Scheme, host and port without user, segments that are not empty, and at most one slash at the end.
const ADDRESS = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#@\\;%\s]+(?:\/[A-Za-z0-9\-._~!$&'()*+,=:@%]+)*\/?$/;
// Dot segments, and escapes whose meaning changes if another component decodes them.
const AMBIGUOUS = /\/\.{1,2}(?:\/|$)|%(?:2[EeFf5]|3[Bb]|5[Cc]|7[Ff]|[01][0-9A-Fa-f]|(?![0-9A-Fa-f]{2}))/;

/** Return the resource whose URL is the longest prefix of the address in whole segments, byte for byte. */
export function findResource(resources: ProtectedResource[], address: string): ProtectedResource | undefined {
  if (!ADDRESS.test(address) || AMBIGUOUS.test(address)) return undefined;
  return resources
    .filter((resource) => `${address}/`.startsWith(`${resource.url}/`))
    .sort((first, second) => second.url.length - first.url.length)[0];
}

/** Return the address of a resource's metadata (RFC 9728, 3.1). */
export function metadataUrl(resource: string): string {
  const [, origin, rest] = /^([^:]+:\/\/[^/?#]+)(.*)$/s.exec(resource)!;
  return `${origin}/.well-known/oauth-protected-resource${rest === "/" ? "" : rest}`;
}
