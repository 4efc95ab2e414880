import type { WebhookFact } from '../../core/events.ts';

type Field = 'appId' | 'channel' | 'userId' | 'event' | 'data' | 'socketId' | 'at' | 'subscriptionCount';

const numbers: ReadonlySet<Field> = new Set(['at', 'subscriptionCount']);

/** What each type of fact must have besides `appId`, `channel` and `at`. */
const required: ReadonlyMap<unknown, readonly Field[]> = new Map<WebhookFact['type'], readonly Field[]>([
  ['channel_occupied', []],
  ['channel_vacated', []],
  ['cache_miss', []],
  ['member_added', ['userId']],
  ['member_removed', ['userId']],
  ['client_event', ['event', 'data', 'socketId']],
  ['subscription_count', ['subscriptionCount']],
]);

/** Parses a fact as it lies in the stream. `undefined` when it is none, whoever wrote it. */
export function parseFact(text: string): WebhookFact | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isFact(value) ? value : undefined;
}

function isFact(value: unknown): value is WebhookFact {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  const fields = required.get(value.type);
  if (fields === undefined) return false;
  const fact = new Map(Object.entries(value));
  const isRight = (field: Field): boolean => typeof fact.get(field) === (numbers.has(field) ? 'number' : 'string');
  if (fact.has('userId') && !isRight('userId')) return false;
  return ['appId', 'channel', 'at', ...fields].every((field) => isRight(field as Field));
}
