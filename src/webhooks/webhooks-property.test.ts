import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Events } from '../core/events.ts';
import { MemoryAppStore } from '../drivers/memory/app-store.ts';
import { MemoryWebhookQueue } from '../drivers/memory/webhook-queue.ts';
import { assertAsyncProperty } from '../testing/assert-property.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { createRecordedLog } from '../testing/recorded-log.ts';
import { rethrow } from '../testing/rethrow.ts';
import { appWithWebhooks, webhookEndpoint, webhookSettings } from '../testing/webhook-app.ts';
import type { PostOutcome } from './delivery.ts';
import { createWebhooks } from './webhooks.ts';

interface Told {
  readonly id: string;
  readonly name: string;
  readonly channel: string;
  readonly user_id?: string;
}

type Step = { readonly wait: number } | { readonly channel: string; readonly user: string };

/** Time passes, or a user joins a presence channel or leaves it, whichever is possible. */
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: fc.record({ wait: fc.integer({ min: 0, max: 5000 }) }) },
    { weight: 3, arbitrary: fc.record({ channel: fc.constantFrom('presence-a', 'presence-b'), user: fc.constantFrom('1', '2', '3') }) },
  ),
  { maxLength: 50 },
);

/** How attempts end, one after the other, over and over. */
const outcomes: fc.Arbitrary<readonly boolean[]> = fc
  .array(fc.boolean(), { minLength: 1, maxLength: 20 })
  .filter((endings) => endings.includes(true));

/** Runs a story against an endpoint that fails now and then, and returns what it accepted, in order, with the users that are there at the end. */
async function tell(story: readonly Step[], endings: readonly boolean[], batch: boolean) {
  const clock = new FakeClock();
  const events = new Events(rethrow);
  const accepted: Told[] = [];
  let attempts = 0;
  const post = async ({ body }: { readonly body: string }): Promise<PostOutcome> => {
    attempts += 1;
    if (!endings[attempts % endings.length]) return { result: 'failed', reason: 'as the story goes' };
    accepted.push(...JSON.parse(body).events);
    return { result: 'delivered' };
  };
  const webhooks = createWebhooks({
    events,
    apps: new MemoryAppStore([appWithWebhooks([webhookEndpoint('https://hooks.example/', { batch })])]),
    queue: new MemoryWebhookQueue(),
    settings: { ...webhookSettings, retrySeconds: 86_400 },
    clock,
    timers: clock,
    random: () => 0.5,
    log: createRecordedLog(),
    transport: { post, abort: () => undefined },
  });
  const present = new Map([
    ['presence-a', new Set<string>()],
    ['presence-b', new Set<string>()],
  ]);
  for (const step of story) {
    if ('wait' in step) await clock.advance(step.wait);
    else toggle(events, present.get(step.channel) as Set<string>, step, clock.now());
  }
  while (webhooks.waiting > 0) await clock.advance(10_000);
  await webhooks.close(0);
  return { accepted, present, counters: webhooks.counters, pendingTimers: clock.pendingTimers };
}

/** Lets a user join or leave, with the facts in the order in which the registry tells them. */
function toggle(events: Events, users: Set<string>, { channel, user: userId }: { channel: string; user: string }, at: number): void {
  const where = { appId: 'app', channel, at };
  if (users.delete(userId)) {
    events.emit({ type: 'member_removed', ...where, userId });
    if (users.size === 0) events.emit({ type: 'channel_vacated', ...where });
    return;
  }
  users.add(userId);
  if (users.size === 1) events.emit({ type: 'channel_occupied', ...where });
  events.emit({ type: 'member_added', ...where, userId });
}

/** Whether the last of alternating arrivals and departures was an arrival. */
function lastState(accepted: readonly Told[], arrival: string, departure: string, isMeant: (event: Told) => boolean): boolean {
  const names = accepted.filter((event) => isMeant(event) && [arrival, departure].includes(event.name)).map(({ name }) => name);
  expect(names).toEqual(names.map((_, index) => (index % 2 === 0 ? arrival : departure)));
  return names.length % 2 === 1;
}

describe('whatever clients and endpoints do, webhooks', () => {
  it.each([false, true])('tell each channel and member alternately, once each, and end with the truth (batches: %s)', async (batch) => {
    await assertAsyncProperty(
      fc.asyncProperty(steps, outcomes, async (story, endings) => {
        const { accepted, present, counters, pendingTimers } = await tell(story, endings, batch);
        for (const [channel, users] of present) {
          const isOfChannel = (event: Told): boolean => event.channel === channel;
          expect(lastState(accepted, 'channel_occupied', 'channel_vacated', isOfChannel)).toBe(users.size > 0);
          for (const user of ['1', '2', '3']) {
            const isOfUser = (event: Told): boolean => isOfChannel(event) && event.user_id === user;
            expect(lastState(accepted, 'member_added', 'member_removed', isOfUser)).toBe(users.has(user));
          }
        }
        expect(new Set(accepted.map(({ id }) => id)).size).toBe(accepted.length);
        expect(counters).toMatchObject({ delivered: accepted.length, givenUp: 0, dropped: 0 });
        expect(pendingTimers).toBe(0);
      }),
      150,
    );
  });
});
