import type { Family } from './family.ts';

export const webhookFamilies: readonly Family[] = [
  {
    name: 'clarion_webhooks_waiting',
    help: 'Events that are on their way to an endpoint.',
    type: 'gauge',
    read: ({ webhooks }) => [[webhooks.waiting]],
  },
  {
    name: 'clarion_webhooks_oldest_age_seconds',
    help: 'Age of the event that has waited longest for its endpoint; 0 when none waits. Of workers the oldest.',
    type: 'gauge',
    aggregator: 'max',
    read: ({ clock, webhooks: { oldestAt } }) => [[oldestAt === undefined ? 0 : Math.max(0, clock.now() - oldestAt) / 1000]],
  },
  {
    name: 'clarion_webhook_attempts_total',
    help: 'Requests to endpoints.',
    type: 'counter',
    labels: ['result'],
    read: ({ webhooks: { counters } }) => [
      [counters.succeeded, 'success'],
      [counters.failed, 'failure'],
    ],
  },
  {
    name: 'clarion_webhook_events_total',
    help: 'What became of events: `delivered`, `given_up` (dead letters), `dropped` before an endpoint was known, `smoothed` away because the client was back in time.',
    type: 'counter',
    labels: ['result'],
    read: ({ webhooks: { counters } }) => [
      [counters.delivered, 'delivered'],
      [counters.givenUp, 'given_up'],
      [counters.dropped, 'dropped'],
      [counters.smoothed, 'smoothed'],
    ],
  },
  {
    name: 'clarion_webhook_delivery_age_seconds',
    help: 'Age of the oldest event of a request when its endpoint accepted it.',
    type: 'histogram',
    read: ({ webhooks }) => webhooks.counters.ageSeconds,
  },
  {
    name: 'clarion_webhook_dead_letters',
    help: 'Given-up events that this process remembers.',
    type: 'gauge',
    read: ({ webhooks }) => [[webhooks.deadLetters.length]],
  },
];
