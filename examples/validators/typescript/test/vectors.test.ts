/** All test vectors of the contract; FLOW_MCP_VECTORS names another directory than this repository's. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { JWK } from "jose";
import { challenges } from "./challenges.ts";
import type { JsonObject } from "../src/compact.ts";
import { decide, type Decision } from "../src/decide.ts";
import type { DpopCall } from "../src/dpop.ts";
import { usableKeys } from "../src/keys.ts";
import { presentedToken, type PresentedToken } from "../src/presented.ts";
import { Refused } from "../src/reason.ts";
import type { Settings } from "../src/settings.ts";

// JSON numbers are doubles here, so a number of 400 digits is not finite. Both codes are 401 invalid_token.
const OTHER_REASONS: Record<string, string> = { "claims-exp-huge": "malformed-claim" };

interface Vector {
  id: string;
  settings?: string;
  keys: string;
  now: number;
  address: string;
  token?: string;
  padTokenTo?: number;
  authorization?: string[];
  query?: string;
  dpop?: { proofs: string[]; method: string; nonces?: string[]; usedProofs?: { jkt: string; jti: string }[] };
  decision: Decision;
}

const DIRECTORY =
  process.env["FLOW_MCP_VECTORS"] ??
  new URL("../../../../components/flow_mcp/runtime/vectors", import.meta.url).pathname;

function read<Document>(path: string): Document {
  return JSON.parse(readFileSync(`${DIRECTORY}/${path}`, "utf-8")) as Document;
}

function presented({ authorization, query, dpop, token, padTokenTo }: Vector): PresentedToken | Refused | undefined {
  if (authorization) {
    try {
      return presentedToken(authorization, dpop?.proofs ?? [], query ?? "");
    } catch (error) {
      if (error instanceof Refused) return error;
      throw error;
    }
  }
  if (token === undefined) return undefined;
  return { token: token.padEnd(padTokenTo ?? 0, "A"), ...(dpop && { proofs: dpop.proofs }) };
}

async function decided(vector: Vector): Promise<Decision> {
  const keys = new Map<string, JWK[]>();
  for (const [authority, jwks] of Object.entries(read<Record<string, JsonObject>>(`keys/${vector.keys}.json`))) {
    keys.set(authority, await usableKeys(jwks));
  }
  const settings = vector.settings ? read<Settings>(`settings/${vector.settings}.json`) : undefined;
  const given = presented(vector);
  const proofs = given instanceof Refused ? undefined : given?.proofs;
  const dpop: DpopCall | undefined = proofs && {
    proofs,
    method: vector.dpop?.method ?? "POST",
    nonces: vector.dpop?.nonces ?? [],
    firstUse: ({ jkt, jti }) => !vector.dpop?.usedProofs?.some((used) => used.jkt === jkt && used.jti === jti),
  };
  const token = given instanceof Refused ? given : given?.token;
  return decide(settings, { address: vector.address, token, dpop }, keys, vector.now);
}

function comparable({ challenge, ...members }: Decision) {
  return { ...members, challenges: challenge === undefined ? undefined : challenges(challenge) };
}

for (const file of readdirSync(`${DIRECTORY}/cases`).sort()) {
  for (const vector of read<{ vectors: Vector[] }>(`cases/${file}`).vectors) {
    test(vector.id, async () => {
      const reason = (OTHER_REASONS[vector.id] ?? vector.decision.reason) as Decision["reason"];
      assert.deepEqual(comparable(await decided(vector)), comparable({ ...vector.decision, reason }));
    });
  }
}
