/** Parse `WWW-Authenticate` (RFC 9110, 11.6.1) so that the order and quoting of parameters do not matter. */

export interface Challenge {
  scheme: string;
  parameters: Record<string, string>;
}

const PART = /\s*,?\s*(?:([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([\w-]+)(?=\s+[\w-]+=))/y;

/** Return all challenges of a header, or throw if it is malformed. */
export function challenges(header: string): Challenge[] {
  const parsed: Challenge[] = [];
  PART.lastIndex = 0;
  while (PART.lastIndex < header.length) {
    const match = PART.exec(header);
    if (!match) throw new Error(`malformed challenge: ${header}`);
    const [, name, quoted, plain, scheme] = match;
    if (scheme !== undefined) {
      parsed.push({ scheme: scheme.toLowerCase(), parameters: {} });
      continue;
    }
    const current = parsed.at(-1);
    if (!current || name! in current.parameters) throw new Error(`malformed challenge: ${header}`);
    current.parameters[name!] = quoted?.replace(/\\(.)/g, "$1") ?? plain!;
  }
  return parsed;
}
