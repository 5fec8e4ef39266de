/** The reason codes of docs/runtime.md, with the status and the error code of the answer. */

export type Status = 200 | 401 | 403;
export type ErrorCode = "invalid_token" | "insufficient_scope" | "invalid_dpop_proof" | "use_dpop_nonce";

const without = (status: Status) => ({ status, error: undefined });
const answer = (error: ErrorCode, status: Status = 401) => ({ status, error });

export const REASONS = {
  "allowed": without(200),
  "no-settings": without(401),
  "unknown-resource": without(401),
  "no-token": without(401),
  "several-tokens": answer("invalid_token"),
  "token-in-query": answer("invalid_token"),
  "token-too-large": answer("invalid_token"),
  "token-opaque": answer("invalid_token"),
  "token-encrypted": answer("invalid_token"),
  "token-malformed": answer("invalid_token"),
  "unknown-issuer": answer("invalid_token"),
  "critical-header": answer("invalid_token"),
  "wrong-algorithm": answer("invalid_token"),
  "wrong-type": answer("invalid_token"),
  "keys-unavailable": answer("invalid_token"),
  "unknown-key": answer("invalid_token"),
  "unfit-key": answer("invalid_token"),
  "bad-signature": answer("invalid_token"),
  "certificate-bound-token": answer("invalid_token"),
  "bound-token": answer("invalid_token"),
  "unbound-token": answer("invalid_token"),
  "missing-claim": answer("invalid_token"),
  "malformed-claim": answer("invalid_token"),
  "expired": answer("invalid_token"),
  "not-yet-valid": answer("invalid_token"),
  "issued-in-future": answer("invalid_token"),
  "not-an-access-token": answer("invalid_token"),
  "no-proof": answer("invalid_dpop_proof"),
  "proof-malformed": answer("invalid_dpop_proof"),
  "proof-bad-signature": answer("invalid_dpop_proof"),
  "proof-wrong-key": answer("invalid_token"),
  "proof-wrong-request": answer("invalid_dpop_proof"),
  "proof-wrong-token": answer("invalid_dpop_proof"),
  "proof-wrong-time": answer("invalid_dpop_proof"),
  "proof-wrong-nonce": answer("use_dpop_nonce"),
  "proof-replayed": answer("invalid_dpop_proof"),
  "unregistered-client": answer("invalid_token"),
  "wrong-grant": answer("invalid_token"),
  "no-person": answer("invalid_token"),
  "resource-not-given": without(403),
  "wrong-audience": answer("invalid_token"),
  "missing-scope": answer("insufficient_scope", 403),
  "missing-role": answer("insufficient_scope", 403),
} as const satisfies Record<string, { status: Status; error: ErrorCode | undefined }>;

export type Reason = keyof typeof REASONS;

/** A failed check; `decide` turns it into the decision. */
export class Refused extends Error {
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason);
    this.reason = reason;
  }
}
