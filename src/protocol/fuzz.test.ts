import { describe, expect, it } from 'vitest';
import { type Chance, fuzz, fuzzTimeoutMilliseconds } from '../testing/fuzz.ts';
import { mutateText } from '../testing/mutate.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { parseChannelName } from './channel-name.ts';
import { parseClientMessage } from './client-message.ts';
import { signChannel, signUser } from './signature.ts';

const channels = ['private-room', 'presence-room', 'private-encrypted-room', 'private-cache-room'];

describe('signatures under fuzzing', { timeout: fuzzTimeoutMilliseconds }, () => {
  it('open a channel exactly when they are right', async () => {
    await fuzz(async (chance) => {
      const engine = createTestEngine({ apps: [testApp()] });
      const client = await engine.connect();
      const channel = chance.pick(channels);
      const channelData = channel.startsWith('presence-') || chance.oneIn(3) ? '{"user_id":"ann"}' : undefined;
      const auth = `key:${signChannel('secret', client.socketId, channel, channelData)}`;
      const request = { channel, auth, channel_data: channelData };
      const forged = forge(chance, request);
      client.say({ event: 'pusher:subscribe', data: forged });
      client.say({ event: 'pusher:subscribe', data: { channel: 'room' } }); // whatever was refused, the connection lives on
      await engine.clock.advance(0);
      const isSame = forged.channel === channel && forged.auth === auth && forged.channel_data === channelData;
      const isPublic = parseChannelName(forged.channel, 200)?.needsAuth === false;
      if (!isPublic) expect(client.connection.subscriptions.has(forged.channel)).toBe(isSame);
      expect(client.connection.subscriptions.has('room')).toBe(true);
    });
  });

  it('sign a user in exactly when they are right', async () => {
    await fuzz(async (chance) => {
      const engine = createTestEngine({ apps: [testApp()] });
      const client = await engine.connect();
      const userData = '{"id":"ann"}';
      const auth = `key:${signUser('secret', client.socketId, userData)}`;
      const forged = chance.oneIn(2) ? { auth: mutateText(chance, auth), user_data: userData } : { auth, user_data: mutateText(chance, userData) };
      client.say({ event: 'pusher:signin', data: forged });
      expect(client.connection.user !== undefined).toBe(forged.auth === auth && forged.user_data === userData);
    });
  });
});

describe('the parser of frames under fuzzing', { timeout: fuzzTimeoutMilliseconds }, () => {
  it('understands or refuses, and never throws', async () => {
    await fuzz((chance) => {
      const text = mutateText(chance, '{"event":"pusher:subscribe","data":{"channel":"room","auth":"key:0","channel_data":"{}"}}');
      expect(parseClientMessage(text).type).toMatch(/^[a-z_]+$/);
    });
  });
});

interface Request {
  readonly channel: string;
  readonly auth: string;
  readonly channel_data: string | undefined;
}

function forge(chance: Chance, request: Request): Request {
  switch (chance.below(4)) {
    case 0:
      return request;
    case 1:
      return { ...request, auth: mutateText(chance, request.auth) };
    case 2:
      return { ...request, channel_data: mutateText(chance, request.channel_data ?? '') };
    default:
      return { ...request, channel: chance.oneIn(2) ? mutateText(chance, request.channel) : chance.pick(channels) };
  }
}
