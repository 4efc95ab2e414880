import type { Operation, Parameter, Refusals } from './operation.ts';
import { reference } from './schemas.ts';

const idempotencyHeader: Parameter = {
  name: 'X-Idempotency-Key',
  in: 'header',
  description: 'Instead of `idempotency_key` in the body.',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
};

/** How publishing can be refused. */
const refusals: Refusals = {
  400: 'The body is no such event.',
  409: 'This idempotency key was used for another body.',
  413: 'The data of an event, or the body, is too large.',
  429: 'The app publishes more than its rate allows. `Retry-After` says when to try again.',
  503: 'Not confirmed: nobody may have received it. The same idempotency key makes a retry safe.',
};

/** What publishes events. */
export const publishing: readonly Operation[] = [
  {
    method: 'post',
    path: '/apps/{appId}/events',
    id: 'triggerEvent',
    group: 'Events',
    summary: 'Publish an event to one or several channels.',
    description: 'Answered once every node has accepted it. A channel that is named twice gets it once.',
    access: 'signed',
    parameters: [idempotencyHeader],
    body: {
      schema: reference('Event'),
      isRequired: true,
      examples: {
        'to one channel': { name: 'headline', channel: 'news', data: '{"text":"hello"}' },
        'to several, except the sender': { name: 'moved', channels: ['private-board', 'presence-room'], data: '{"x":1}', socket_id: '123.456' },
        'with counts': { name: 'headline', channels: ['presence-room'], data: '{}', info: 'user_count,subscription_count' },
        'at most once': { name: 'paid', channel: 'private-orders', data: '{"order":7}', idempotency_key: 'order-7-paid' },
      },
    },
    answer: {
      description: 'Accepted. With `info`, what it asked for.',
      schema: {
        type: 'object',
        properties: { channels: { type: 'object', additionalProperties: reference('ChannelCounts') } },
        additionalProperties: false,
      },
      example: { channels: { 'presence-room': { user_count: 2, subscription_count: 3 } } },
    },
    refusals,
  },
  {
    method: 'post',
    path: '/apps/{appId}/batch_events',
    id: 'triggerBatch',
    group: 'Events',
    summary: 'Publish several events, all or none.',
    description: 'They keep their order. Where Redis has several partitions, all or none holds within each of them.',
    access: 'signed',
    parameters: [idempotencyHeader],
    body: {
      schema: reference('Batch'),
      isRequired: true,
      examples: {
        'two events': {
          batch: [
            { name: 'headline', channel: 'news', data: '{"text":"one"}' },
            { name: 'headline', channel: 'sports', data: '{"text":"two"}' },
          ],
        },
        'with counts': { batch: [{ name: 'headline', channel: 'news', data: '{}', info: 'subscription_count' }] },
      },
    },
    answer: {
      description: 'Accepted. When any event asks for `info`, one entry per event.',
      schema: { type: 'object', properties: { batch: { type: 'array', items: reference('ChannelCounts') } }, additionalProperties: false },
      example: { batch: [{ subscription_count: 3 }, {}] },
    },
    refusals,
  },
];
