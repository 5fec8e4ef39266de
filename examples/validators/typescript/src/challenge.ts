/** The `WWW-Authenticate` header of a refused call. */

import { metadataUrl } from "./resources.ts";
import { REASONS, type Reason } from "./reason.ts";
import type { Dpop, ProtectedResource, ResourceAtServer } from "./settings.ts";

export type Scheme = "Bearer" | "DPoP";

/** The challenge without metadata, where there is no protected resource. */
export const NO_RESOURCE = 'Bearer realm="Flow MCP"';

/**
 * Return the challenges of a refused call.
 *
 * @param atServer the resource at the server that issued the token, if that is known
 * @param scheme the scheme of the call
 */
export function challenge(
  reason: Reason,
  resource: ProtectedResource,
  atServer: ResourceAtServer | undefined,
  scheme: Scheme,
): string {
  const error = REASONS[reason].error;
  const there =
    atServer && error === "insufficient_scope" ? atServer : resource.authorizationServers[0];
  const scope = reason === "resource-not-given" ? undefined : there.scopesAdvertised.join(" ");
  return schemes(reason, there.dpop, scheme)
    .map((offered) => {
      const algs = offered === "DPoP" ? there.dpop?.algorithms.join(" ") : undefined;
      const parameters = { error, resource_metadata: metadataUrl(resource.url), scope, algs };
      const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
      return `${offered} ${given.map(([name, value]) => `${name}=${quoted(value!)}`).join(", ")}`;
    })
    .join(", ");
}

function schemes(reason: Reason, dpop: Dpop | undefined, scheme: Scheme): Scheme[] {
  if (!dpop) return ["Bearer"];
  if (dpop.required || reason === "bound-token" || reason === "unbound-token") return ["DPoP"];
  return reason === "no-token" ? ["Bearer", "DPoP"] : [scheme];
}

/** Return a quoted string (RFC 9110, 5.6.4); characters that it cannot contain are percent-encoded. */
function quoted(value: string): string {
  const text = value.replace(/[^ -~]/gu, (letter) => encodeURIComponent(letter.toWellFormed()));
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}
