/** Read the token and the DPoP proofs of a call's headers. */

import { Refused } from "./reason.ts";

export interface PresentedToken {
  token: string;
  /** Values of the `DPoP` headers if the scheme is DPoP; undefined for Bearer. */
  proofs?: string[];
}

/**
 * Return the token of a call; undefined if it has none.
 *
 * @param authorization values of all `Authorization` headers
 * @param proofs values of all `DPoP` headers
 * @param query the query string before decoding
 */
export function presentedToken(authorization: string[], proofs: string[], query: string): PresentedToken | undefined {
  if (authorization.length > 1) throw new Refused("several-tokens");
  const decoded = query.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  if (/(?:^|[&;?])access_token(?:[=&;]|$)/.test(decoded)) throw new Refused("token-in-query");
  const match = /^(bearer|dpop)(?: |$)(.*)$/is.exec(authorization[0] ?? "");
  if (!match) return undefined;
  const token = match[2]!.replace(/^ +| +$/g, "");
  return match[1]!.toLowerCase() === "dpop" ? { token, proofs } : { token };
}
