import { describe, expect, it } from 'vitest';
import { signChannel } from '../protocol/signature.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine } from '../testing/test-engine.ts';

const success = 'pusher_internal:subscription_succeeded';

const refusal = (channel: string, type: string, status: number) => ({
  event: 'pusher:subscription_error',
  channel,
  data: { type, error: expect.stringMatching(/\S/), status },
});

describe('the signature of a subscribe', () => {
  it('covers channel_data whenever it is there, also on private channels, also when it is empty', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    for (const [index, channelData] of ['', '{"any":"thing"}', 'not json'].entries()) {
      const channel = `private-${index}`;
      client.say({ event: 'pusher:subscribe', data: { channel, auth: client.auth(channel, channelData), channel_data: channelData } });
      expect(client.heard()).toMatchObject([{ event: success, channel }]);
      client.say({ event: 'pusher:subscribe', data: { channel, auth: client.auth(channel), channel_data: channelData } });
      expect(client.heard()).toEqual([refusal(channel, 'AuthError', 401)]);
    }
  });

  it('is refused when anything in it is wrong', async () => {
    const engine = createTestEngine();
    const [client, other] = [await engine.connect(), await engine.connect()];
    const good = client.auth('private-room');
    const [, signature = ''] = good.split(':');
    const wrong = [
      '',
      ':',
      'key',
      'key:',
      signature,
      `:${signature}`,
      `other:${signature}`,
      `KEY:${signature}`,
      `key:${signature.toUpperCase()}`,
      `key:${signature} `,
      ` key:${signature}`,
      `key:${signature}:`,
      `key:${signature.slice(0, 63)}`,
      `key:${signChannel('another', client.socketId, 'private-room')}`,
      client.auth('private-other'),
      client.auth('private-room', ''),
      other.auth('private-room'),
    ];
    for (const auth of wrong) {
      client.say({ event: 'pusher:subscribe', data: { channel: 'private-room', auth } });
      expect(client.heard(), auth).toEqual([refusal('private-room', 'AuthError', 401)]);
    }
    expect(engine.hub.channels.size).toBe(0);
    client.say({ event: 'pusher:subscribe', data: { channel: 'private-room', auth: good } });
    expect(client.heard()).toMatchObject([{ event: success }]);
  });

  it('may be made with every key of the app but a revoked one', async () => {
    const keys = [
      { key: 'key', secret: 'secret', status: 'active' },
      { key: 'old', secret: 'old-secret', status: 'verify-only' },
      { key: 'gone', secret: 'gone-secret', status: 'revoked' },
    ] as const;
    const engine = createTestEngine({ apps: [testApp({ keys })] });
    const client = await engine.connect();
    const answers = keys.map(({ key, secret }) => {
      const channel = `private-${key}`;
      client.say({ event: 'pusher:subscribe', data: { channel, auth: `${key}:${signChannel(secret, client.socketId, channel)}` } });
      return client.heard()[0]?.event;
    });
    expect(answers).toEqual([success, success, 'pusher:subscription_error']);
  });

  it('is not echoed, nor is the secret or channel_data, in a refusal or its event', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    client.say({ event: 'pusher:subscribe', data: { channel: 'private-room', auth: 'key:canary-signature', channel_data: '"canary-data"' } });
    const told = JSON.stringify([client.heard(), engine.recorder.all(), engine.log.lines]);
    expect(told).not.toContain('canary');
    expect(told).not.toContain('"secret"');
  });
});

describe('a subscribe to the channel of a user', () => {
  it('is for connections signed in as that user only', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.subscribe('#server-to-user-a');
    expect(client.heard()).toEqual([refusal('#server-to-user-a', 'AuthError', 401)]);
    await client.signIn({ id: 'a' });
    client.heard();
    for (const channel of ['#server-to-user-a', '#server-to-user-b', '#server-to-user-']) await client.subscribe(channel);
    expect(client.heard().map(({ event, channel }) => [event, channel])).toEqual([
      [success, '#server-to-user-a'],
      ['pusher:subscription_error', '#server-to-user-b'],
      ['pusher:subscription_error', '#server-to-user-'],
    ]);
  });

  it('is not open to a member of a presence channel with that id', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.subscribe('presence-room', { user_id: 'a' });
    client.heard();
    await client.subscribe('#server-to-user-a');
    expect(client.heard()).toEqual([refusal('#server-to-user-a', 'AuthError', 401)]);
  });
});
