/** Find the entry of a client: its declaration, or the registration method that covers its ID. */

import { Refused } from "./reason.ts";
import type { AuthorizationServer, Entry } from "./settings.ts";

export type SubjectKind = "person" | "program";

// An https URL with a path, without user and fragment.
const METADATA_DOCUMENT = /^https:\/\/([A-Za-z0-9.-]+)(?::[0-9]{1,5})?\/[!-"$-[\]-~]*$/;

export function registeredClient(server: AuthorizationServer, clientId: string, kind: SubjectKind): Entry {
  const declared = server.clients.find((client) => client.clientId === clientId);
  if (declared) {
    if ((declared.grant === "authorization-code") !== (kind === "person")) throw new Refused("wrong-grant");
    return declared;
  }
  const method = registrationMethod(server, clientId);
  if (!method) throw new Refused("unregistered-client");
  if (kind !== "person") throw new Refused("no-person");
  return method;
}

function registrationMethod(server: AuthorizationServer, clientId: string): Entry | undefined {
  const { dynamic, metadataDocuments } = server.registration;
  if (!clientId.includes("://")) return dynamic;
  return metadataDocuments && isTrusted(metadataDocuments.domains, clientId) ? metadataDocuments : undefined;
}

function isTrusted(domains: string[], clientId: string): boolean {
  const host = METADATA_DOCUMENT.exec(clientId)?.[1]?.toLowerCase();
  if (host === undefined) return false;
  return domains
    .map((domain) => domain.toLowerCase())
    .some((domain) =>
      domain.startsWith("*.") ? host.endsWith(domain.slice(1)) && !host.startsWith(".") : host === domain,
    );
}
