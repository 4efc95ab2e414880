import type { Schema } from './operation.ts';

/** What an operation's schema refers to. */
export function reference(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** The numbers that the schemas name. An app may have others. */
export interface DocumentedLimits {
  readonly channelNameCharacters: number;
  readonly eventNameCharacters: number;
  readonly eventDataBytes: number;
  readonly channelsPerEvent: number;
  readonly eventsPerBatch: number;
}

/** Only health checks have it. */
const reasons: Schema = {
  type: 'array',
  items: { type: 'object', required: ['reason', 'detail'], properties: { reason: { type: 'string' }, detail: { type: 'string' } } },
};

/** The schemas that several operations share. */
export function sharedSchemas(limits: DocumentedLimits): Readonly<Record<string, Schema>> {
  const channel: Schema = {
    type: 'string',
    minLength: 1,
    maxLength: limits.channelNameCharacters,
    description: 'A channel. `private-`, `private-encrypted-` and `presence-` say who may subscribe; `cache-` after them keeps the last event.',
  };
  return {
    Channel: channel,
    Event: {
      type: 'object',
      required: ['name', 'data'],
      oneOf: [{ required: ['channels'] }, { required: ['channel'] }],
      properties: eventProperties(limits),
    },
    Batch: {
      type: 'object',
      required: ['batch'],
      properties: { batch: { type: 'array', minItems: 1, maxItems: limits.eventsPerBatch, items: reference('BatchedEvent') }, ...idempotencyKey },
    },
    BatchedEvent: {
      type: 'object',
      required: ['name', 'data', 'channel'],
      properties: { channel: reference('Channel'), ...contentProperties(limits) },
    },
    ChannelCounts: {
      type: 'object',
      properties: {
        user_count: { type: 'integer', minimum: 0, description: 'Distinct users, of presence channels only.' },
        subscription_count: { type: 'integer', minimum: 0, description: 'Subscriptions of all nodes.' },
      },
      additionalProperties: false,
    },
    Nothing: { type: 'object', additionalProperties: false },
    Error: {
      type: 'object',
      required: ['error'],
      properties: { error: { type: 'string', description: 'What is wrong, for people. Its wording may change.' }, reasons },
    },
  };
}

function eventProperties(limits: DocumentedLimits): Schema {
  const channels = { type: 'array', minItems: 1, maxItems: limits.channelsPerEvent, items: reference('Channel') };
  return { ...contentProperties(limits), channels, channel: reference('Channel'), ...idempotencyKey };
}

function contentProperties({ eventNameCharacters, eventDataBytes }: DocumentedLimits): Schema {
  return {
    name: { type: 'string', minLength: 1, maxLength: eventNameCharacters, description: 'Not `pusher:…` or `pusher_internal:…`.' },
    data: { type: 'string', description: `Forwarded byte for byte; SDKs put JSON into it. At most ${eventDataBytes} bytes of UTF-8.` },
    socket_id: { type: 'string', pattern: '^\\d+\\.\\d+$', description: 'The connection that shall not receive it.' },
    info: { type: 'string', description: '`user_count` (presence channels only), `subscription_count`, or both with a comma.' },
  };
}

const idempotencyKey: Schema = {
  idempotency_key: {
    type: 'string',
    minLength: 1,
    maxLength: 128,
    description: 'A repeat within 120 s gets the first answer, and nothing is published again. The header `X-Idempotency-Key` does the same.',
  },
};
