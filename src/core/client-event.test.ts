import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine, type TestEngineOptions } from '../testing/test-engine.ts';

/** Two clients in a channel. */
async function pair(channel: string, options: TestEngineOptions = {}) {
  const engine = createTestEngine(options);
  const [sender, other] = [await engine.connect(), await engine.connect()];
  const isPresence = channel.startsWith('presence-');
  await sender.subscribe(channel, isPresence ? { user_id: 1 } : undefined);
  await other.subscribe(channel, isPresence ? { user_id: 'b' } : undefined);
  sender.heard();
  other.heard();
  engine.recorder.take();
  return { engine, sender, other };
}

const refusal = (code: number | null, text: string) => ({ event: 'pusher:error', data: { code, message: expect.stringContaining(text) } });

describe('a client event', () => {
  it('reaches all others in a private channel, and becomes an event', async () => {
    const { engine, sender, other } = await pair('private-room');
    await sender.whisper('private-room', 'client-typing', { who: 'me' });
    expect(sender.heard()).toEqual([]);
    expect(other.socket.frames.at(-1)).toBe('{"event":"client-typing","channel":"private-room","data":"{\\"who\\":\\"me\\"}"}');
    expect(engine.recorder.take()).toEqual([
      {
        type: 'client_event',
        appId: 'app',
        channel: 'private-room',
        event: 'client-typing',
        data: '{"who":"me"}',
        socketId: sender.socketId,
        at: engine.clock.now(),
      },
    ]);
  });

  it('names its sender in a presence channel, as a string, whatever the sender says', async () => {
    const { engine, sender, other } = await pair('presence-room');
    sender.say({ event: 'client-x', channel: 'presence-room', data: 'text', user_id: 'forged', socket_id: '9.9' });
    await settled();
    expect(JSON.parse(other.socket.frames.at(-1) ?? '')).toEqual({ event: 'client-x', channel: 'presence-room', data: 'text', user_id: '1' });
    expect(engine.recorder.take()).toMatchObject([{ type: 'client_event', userId: '1' }]);
  });

  it('does not reach the other connections that are not in the channel', async () => {
    const { engine, sender } = await pair('private-room');
    const stranger = await engine.connect();
    await stranger.subscribe('private-other');
    stranger.heard();
    await sender.whisper('private-room', 'client-x', '');
    expect(stranger.heard()).toEqual([]);
  });

  it('is not kept for later subscribers of a cache channel', async () => {
    const { engine, sender } = await pair('private-cache-room');
    await sender.whisper('private-cache-room', 'client-x', 'd');
    const late = await engine.connect();
    await late.subscribe('private-cache-room');
    expect(late.heard()).toMatchObject([{}, { event: 'pusher:cache_miss' }]);
  });

  it.each(['room', 'cache-room', 'private-encrypted-room', 'private-encrypted-cache-room'])('is refused in %s', async (channel) => {
    const { engine, sender, other } = await pair(channel);
    await sender.whisper(channel, 'client-x', 'd');
    expect(sender.heard()).toEqual([refusal(null, 'only supported on private and presence channels')]);
    expect(other.heard()).toEqual([]);
    expect(engine.recorder.of('client_event')).toEqual([]);
  });

  it('is refused on the channel of a user', async () => {
    const { sender, other } = await pair('private-room');
    for (const client of [sender, other]) await client.signIn({ id: 'a' });
    for (const client of [sender, other]) client.heard();
    await sender.whisper('#server-to-user-a', 'client-x', 'd');
    expect(sender.heard()).toEqual([refusal(null, 'only supported')]);
    expect(other.heard()).toEqual([]);
  });

  it.each(['private-other', 'presence-room', '__proto__', ''])('is refused without a subscription to %j', async (channel) => {
    const { sender, other } = await pair('private-room');
    await sender.whisper(channel, 'client-x', 'd');
    expect(sender.heard()).toEqual([refusal(null, 'not subscribed')]);
    expect(other.heard()).toEqual([]);
  });

  it('is refused after an unsubscribe', async () => {
    const { sender, other } = await pair('private-room');
    await sender.unsubscribe('private-room');
    await sender.whisper('private-room', 'client-x', 'd');
    expect(sender.heard()).toEqual([refusal(null, 'not subscribed')]);
    expect(other.heard()).toEqual([]);
  });

  it('is refused by an app that does not want any', async () => {
    const { sender, other } = await pair('private-room', { apps: [testApp({ clientEvents: false })] });
    await sender.whisper('private-room', 'client-x', 'd');
    expect(sender.heard()).toEqual([refusal(null, 'not enabled')]);
    expect(other.heard()).toEqual([]);
  });

  it('is bounded in its name and in its data, in bytes', async () => {
    const { sender, other } = await pair('private-room');
    await sender.whisper('private-room', `client-${'x'.repeat(193)}`, 'é'.repeat(5120));
    expect(other.heard()).toHaveLength(1);
    await sender.whisper('private-room', `client-${'x'.repeat(194)}`, '');
    await sender.whisper('private-room', 'client-x', 'é'.repeat(5121));
    expect(sender.heard()).toEqual([refusal(null, 'longer than 200 characters'), refusal(null, 'larger than 10240 bytes')]);
    expect(other.heard()).toEqual([]);
  });

  it('is limited to 10 a second for each connection, with 4301 on a connection that stays open', async () => {
    const { engine, sender, other } = await pair('private-room');
    for (let index = 0; index < 12; index += 1) await sender.whisper('private-room', 'client-x', String(index));
    expect(other.heard()).toHaveLength(10);
    expect(sender.heard()).toEqual([refusal(4301, 'rate limit'), refusal(4301, 'rate limit')]);
    expect(sender.socket.isClosed).toBe(false);
    await other.whisper('private-room', 'client-x', 'another connection');
    expect(sender.heard()).toHaveLength(1);
    await engine.clock.advance(1000);
    await sender.whisper('private-room', 'client-x', 'later');
    expect(other.heard()).toHaveLength(1);
  });

  it('that is refused uses up nothing of the rate', async () => {
    const { sender, other } = await pair('private-room');
    for (let index = 0; index < 20; index += 1) await sender.whisper('private-other', 'client-x', '');
    await sender.whisper('private-room', 'client-x', '');
    expect(other.heard()).toHaveLength(1);
  });

  it('is not built for listeners that are not there, but is delivered all the same', async () => {
    const { sender, other } = await pair('private-room');
    await sender.whisper('private-room', 'client-x', 'd');
    expect(other.heard()).toHaveLength(1);
  });
});
