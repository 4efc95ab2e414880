import { expect, it } from 'vitest';
import { signChannel, signUser } from '../protocol/signature.ts';
import { settled } from '../testing/fake-clock.ts';
import { identity, jwtSettings } from '../testing/fake-tokens.ts';
import { type Chance, fuzz, fuzzTimeoutMilliseconds } from '../testing/fuzz.ts';
import { mutateText, mutateValue } from '../testing/mutate.ts';
import { testApp } from '../testing/test-app.ts';
import type { TestClient } from '../testing/test-client.ts';
import { createTestEngine, type TestEngine } from '../testing/test-engine.ts';

const channels = ['room', 'private-room', 'presence-room', 'cache-room', 'presence-cache-room', '#server-to-user-ann', 'private-encrypted-room'];
const limits = { clientEventsPerSecond: 1000, clientEventsPerSecondPerUser: 1000 };

const tokens = ['ann-now', 'ann-later', 'ben-now', 'ben-later', 'keyless', 'wrong'];

/** Some tokens are known at once, some later. */
function knowTokens({ tokens: { known, pending } }: TestEngine): void {
  for (const user of ['ann', 'ben']) {
    known.set(`${user}-now`, identity(user, { tokenId: user }));
    pending.set(`${user}-later`, Promise.resolve(identity(user)));
  }
  known.set('keyless', { reason: 'keys-unavailable', message: 'no keys' });
}

/** A message as a client writes it, signed where it has to be. */
function message(chance: Chance, { socketId }: TestClient): object {
  const channel = chance.pick(channels);
  const user = JSON.stringify({ id: chance.pick(['ann', 'ben']), watchlist: ['ann', 'carl'] });
  const member = channel.startsWith('presence-') ? JSON.stringify({ user_id: chance.pick(['ann', 'ben', 'carl']), user_info: { n: 1 } }) : undefined;
  return chance.pick([
    { event: 'pusher:ping', data: {} },
    { event: 'pusher:subscribe', data: { channel, auth: `key:${signChannel('secret', socketId, channel, member)}`, channel_data: member } },
    { event: 'pusher:subscribe', data: { channel, auth: '' } },
    { event: 'pusher:unsubscribe', data: { channel } },
    { event: 'pusher:signin', data: { auth: `key:${signUser('secret', socketId, user)}`, user_data: user } },
    { event: 'client-x', channel, data: { a: [1, { b: 'c' }] } },
    { event: 'pusher:signin', data: chance.pick([{ token: chance.pick(tokens) }, { auth: `Bearer ${chance.pick(tokens)}` }]) },
    { event: 'clarion:refresh_token', data: { token: chance.pick(tokens) } },
  ]);
}

function say(chance: Chance, client: TestClient): void {
  const whole = message(chance, client);
  if (chance.oneIn(2)) return client.say(JSON.stringify(whole));
  const mutated = JSON.stringify(mutateValue(chance, whole)) ?? 'undefined';
  client.say(chance.oneIn(3) ? mutateText(chance, mutated) : mutated);
}

it('whatever frames clients send: nothing fails, all answers are frames, and nothing is left when they have gone', {
  timeout: fuzzTimeoutMilliseconds,
}, async () => {
  await fuzz(async (chance) => {
    const app = testApp({
      limits,
      subscriptionCount: chance.oneIn(2),
      watchlist: chance.oneIn(2),
      jwt: jwtSettings({ mode: chance.pick(['off', 'optional', 'required']) }),
    });
    const engine = createTestEngine({ apps: [app], windowMilliseconds: chance.below(2) });
    knowTokens(engine);
    const clients = await Promise.all([engine.connect(), engine.connect(), engine.connect()]);
    for (let steps = 0; steps < 60; steps += 1) {
      const client = chance.pick(clients);
      if (client.connection.isOpen) say(chance, client);
      if (chance.oneIn(5)) await settled();
      if (chance.oneIn(30)) await client.disconnect();
    }
    await settled();
    engine.outbox.flushAll();
    for (const client of clients) for (const { event } of client.heard()) expect(event).toMatch(/^(pusher(_internal)?:|client-|clarion:)/);
    for (const client of clients) await client.disconnect();
    await settled();
    expect(engine.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    const { hub, pace, queue, tokenLife, topics } = engine;
    expect([hub.connections.size, hub.channels.size, queue.size, pace.size, tokenLife.size, topics.names.length]).toEqual([0, 0, 0, 0, 0, 0]);
    expect((await engine.registry.list('app', '')).size).toBe(0);
    expect(await engine.quota.count('app')).toBe(0);
  });
});
