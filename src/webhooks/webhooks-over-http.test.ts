import Pusher from 'pusher';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebhookEndpoint } from '../core/app.ts';
import { Events } from '../core/events.ts';
import { MemoryAppStore } from '../drivers/memory/app-store.ts';
import { MemoryWebhookQueue } from '../drivers/memory/webhook-queue.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { type Behaviour, behaviours, HttpReceiver, type ReceivedRequest } from '../testing/http-receiver.ts';
import { createRecordedLog } from '../testing/recorded-log.ts';
import { rethrow } from '../testing/rethrow.ts';
import { appWithWebhooks, webhookEndpoint, webhookSettings } from '../testing/webhook-app.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

let clock: FakeClock;
let events: Events;
let receiver: HttpReceiver;
let webhooks: Webhooks;

beforeEach(async () => {
  clock = new FakeClock();
  events = new Events(rethrow);
  receiver = await HttpReceiver.open();
});

afterEach(async () => {
  await Promise.all([webhooks.close(1000), clock.advance(1000)]);
  await receiver.close();
});

function start(...endpoints: readonly WebhookEndpoint[]): void {
  const apps = new MemoryAppStore([appWithWebhooks(endpoints)]);
  const log = createRecordedLog();
  const queue = new MemoryWebhookQueue();
  webhooks = createWebhooks({ events, apps, queue, settings: webhookSettings, clock, timers: clock, random: () => 0, log });
}

function occupy(channel: string): void {
  events.emit({ type: 'channel_occupied', appId: 'app', channel, at: clock.now() });
}

/** What an application sees with the SDK for Node, and throws when it would refuse the webhook. */
function readWithSdk({ headers, body }: ReceivedRequest) {
  const sdk = new Pusher({ appId: '1', key: 'app-key', secret: 'app-secret', cluster: '' });
  const webhook = sdk.webhook({ headers, rawBody: body } as Parameters<typeof sdk.webhook>[0]);
  if (!webhook.isValid()) throw new Error(`The SDK refuses ${body}`);
  return { events: webhook.getEvents(), time: webhook.getTime().getTime() };
}

async function untilFailed(count: number): Promise<void> {
  await vi.waitFor(() => expect(webhooks.counters.failed).toBe(count), { interval: 5 });
}

async function untilDelivered(count: number): Promise<void> {
  await vi.waitFor(() => expect(webhooks.counters.delivered).toBe(count), { interval: 5 });
}

describe('webhooks over HTTP', () => {
  it('are valid for the SDK, and carry what it reads', async () => {
    start(webhookEndpoint(receiver.url(), { headers: { 'content-type': 'text/plain', 'x-extra': 'yes' } }));
    const at = clock.now();
    const message = { event: 'client-x', data: '{"text":"é 😀 \\u2028"}', socketId: '1.2', userId: '1' };
    events.emit({ type: 'client_event', appId: 'app', channel: 'presence-room', ...message, at });
    const [request] = await receiver.received(1);
    const { time, events: read } = readWithSdk(request as ReceivedRequest);
    expect(time).toBe(at);
    expect(read).toEqual([
      {
        name: 'client_event',
        channel: 'presence-room',
        event: 'client-x',
        data: message.data,
        socket_id: '1.2',
        user_id: '1',
        id: expect.any(String),
      },
    ]);
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'x-extra': 'yes' });
  });

  it('hold many events when the endpoint takes batches', async () => {
    start(webhookEndpoint(receiver.url(), { batch: true }));
    const at = clock.now();
    occupy('a');
    await clock.advance(500);
    occupy('b');
    await clock.advance(500);
    const [request] = await receiver.received(1);
    const { time, events: read } = readWithSdk(request as ReceivedRequest);
    expect(time).toBe(at);
    expect(read.map(({ channel }) => channel)).toEqual(['a', 'b']);
  });

  const failures: readonly (readonly [what: string, behave: () => Behaviour])[] = [
    ['fails', () => behaviours.answer(500)],
    ['redirects', () => behaviours.redirectTo(receiver.url('/elsewhere'))],
    ['resets the connection', () => behaviours.reset],
  ];

  it.each(failures)('are sent again, the same to the byte, to an endpoint that %s', async (_what, behave) => {
    start(webhookEndpoint(receiver.url()));
    const failing = behave();
    receiver.behave = (response, request, attempt) => (attempt < 3 ? failing : behaviours.accept)(response, request, attempt);
    occupy('room');
    await untilFailed(1);
    await clock.advance(1000);
    await untilFailed(2);
    await clock.advance(2000);
    await untilDelivered(1);
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/hook', '/hook', '/hook']);
    expect(new Set(receiver.requests.map(({ body }) => body)).size).toBe(1);
    expect(readWithSdk(receiver.requests[2] as ReceivedRequest).time).toBe(clock.now() - 3000);
  });

  it('are sent again to an endpoint that stalls', async () => {
    start(webhookEndpoint(receiver.url()));
    receiver.behave = behaviours.stall;
    occupy('room');
    await receiver.received(1);
    await clock.advance(4000);
    await untilFailed(1);
    receiver.behave = behaviours.accept;
    await clock.advance(1000);
    await untilDelivered(1);
  });

  it('keep the order of a channel at an endpoint that answers slowly, and do not hold up another', async () => {
    const other = await HttpReceiver.open();
    start(webhookEndpoint(receiver.url()), webhookEndpoint(other.url()));
    const answers: (() => void)[] = [];
    receiver.behave = (response) => answers.push(() => response.end());
    const miss = { type: 'subscription_count', appId: 'app', channel: 'room' } as const;
    for (const subscriptionCount of [1, 2, 3]) events.emit({ ...miss, subscriptionCount, at: clock.now() });
    await other.received(3);
    for (const count of [1, 2, 3]) {
      await receiver.received(count);
      expect(receiver.requests).toHaveLength(count);
      answers[count - 1]?.();
    }
    await untilDelivered(6);
    for (const { requests } of [receiver, other]) {
      expect(requests.map((request) => JSON.parse(request.body).events[0].subscription_count)).toEqual([1, 2, 3]);
    }
    await other.close();
  });
});
