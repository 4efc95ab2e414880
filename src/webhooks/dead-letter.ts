import { createHash } from 'node:crypto';
import type { WebhookEndpoint } from '../core/app.ts';
import type { OutgoingEvent, Target } from './delivery.ts';

/** An event that was not delivered to one endpoint, with all that is needed to deliver it later. Holds no secret. */
export interface DeadLetter {
  readonly id: string;
  readonly appId: string;
  /** URLs may hold secrets: the origin is for people, the fingerprint finds the endpoint in the configuration. */
  readonly endpoint: { readonly origin: string; readonly fingerprint: string };
  /** The event as it would have been sent. */
  readonly event: Readonly<Record<string, unknown>>;
  /** Time of the event, and of giving it up, in milliseconds since the epoch. */
  readonly at: number;
  readonly givenUpAt: number;
  readonly attempts: number;
  readonly reason: string;
}

interface GivenUp {
  readonly reason: string;
  readonly attempts: number;
  readonly givenUpAt: number;
}

export function createDeadLetter({ appId, endpoint }: Target, { id, at, json }: OutgoingEvent, { reason, attempts, givenUpAt }: GivenUp): DeadLetter {
  return { id, appId, endpoint: describeEndpoint(endpoint), event: JSON.parse(json), at, givenUpAt, attempts, reason };
}

/** Names an endpoint in logs and letters. */
export function describeEndpoint({ url }: Pick<WebhookEndpoint, 'url'>): DeadLetter['endpoint'] {
  return {
    origin: URL.canParse(url) ? new URL(url).origin : 'an invalid URL',
    fingerprint: createHash('sha256').update(url).digest('hex').slice(0, 12),
  };
}

/** Reads a line of a dead-letter file; `undefined` when it is not one, for example after a crash in the middle of a write. */
export function parseDeadLetter(line: string): DeadLetter | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isDeadLetter(value) ? value : undefined;
}

function isDeadLetter(value: unknown): value is DeadLetter {
  if (!isRecord(value) || !isRecord(value.endpoint) || !isRecord(value.event)) return false;
  const texts = [value.id, value.appId, value.reason, value.endpoint.origin, value.endpoint.fingerprint];
  const numbers = [value.at, value.givenUpAt, value.attempts];
  return texts.every((text) => typeof text === 'string') && numbers.every(Number.isFinite);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
