import { type TokenFaultReason, tokenFaultReasons } from './identity.ts';

/** What became of tokens on this node since its start. Plain numbers: whoever shows them reads them. */
export interface TokenCounters {
  /** Tokens that were found good by verifying them. */
  verified: number;
  /** Tokens that were verified before. */
  cacheHits: number;
  cacheMisses: number;
  /** Tokens that were not accepted. */
  readonly faults: Record<TokenFaultReason, number>;
  /** Requests for key sets, and those of them that failed. */
  keyFetches: number;
  keyFetchFailures: number;
  /** Key sets that are left alone for a while because they failed too often: a state, not a count. */
  openBreakers: number;
}

export function createTokenCounters(): TokenCounters {
  const faults = Object.fromEntries(tokenFaultReasons.map((reason) => [reason, 0])) as TokenCounters['faults'];
  return { verified: 0, cacheHits: 0, cacheMisses: 0, faults, keyFetches: 0, keyFetchFailures: 0, openBreakers: 0 };
}
