import { tokenFaultReasons } from '../core/identity.ts';
import type { TokenCounters } from '../core/token-counters.ts';
import type { Family, Sample } from './family.ts';
import { snakeCase } from './snake-case.ts';

export const tokenFamilies: readonly Family[] = [
  {
    name: 'clarion_tokens_refused_total',
    help: 'Tokens (JWT) that let nobody in, by reason.',
    type: 'counter',
    labels: ['reason'],
    read: ({ events }) => tokenFaultReasons.map((reason): Sample => [events.refusedTokens.get(reason) ?? 0, snakeCase(reason)]),
  },
  {
    name: 'clarion_token_verifications_total',
    help: 'Tokens whose signature and claims were checked; those that were known already are hits of the cache.',
    type: 'counter',
    labels: ['result'],
    read: ({ tokens }) => [
      [tokens.verified, 'accepted'],
      [Object.values(tokens.faults).reduce((sum, count) => sum + count, 0), 'refused'],
    ],
  },
  {
    name: 'clarion_token_cache_lookups_total',
    help: 'Tokens that were looked for among those verified before.',
    type: 'counter',
    labels: ['result'],
    read: ({ tokens }) => [
      [tokens.cacheHits, 'hit'],
      [tokens.cacheMisses, 'miss'],
    ],
  },
  counter('clarion_token_key_fetches_total', 'Requests for sets of keys (JWKS).', 'keyFetches'),
  counter('clarion_token_key_fetch_failures_total', 'Requests for sets of keys that failed.', 'keyFetchFailures'),
  {
    name: 'clarion_token_key_breakers_open',
    help: 'Sets of keys that are left alone for a while because they failed too often.',
    type: 'gauge',
    aggregator: 'max',
    read: ({ tokens }) => [[tokens.openBreakers]],
  },
];

function counter(name: string, help: string, part: 'keyFetches' | 'keyFetchFailures'): Family {
  return { name, help, type: 'counter', read: ({ tokens }: { readonly tokens: Readonly<TokenCounters> }) => [[tokens[part]]] };
}
