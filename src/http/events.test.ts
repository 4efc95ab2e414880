import { describe, expect, it } from 'vitest';
import { healthy } from '../testing/healthy.ts';
import { signedRequest } from '../testing/signed-request.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { createRouter } from './router.ts';

async function createApi() {
  const engine = createTestEngine();
  const handle = createRouter({ engine, prefix: '', health: healthy });
  const client = await engine.connect();
  await client.subscribe('room');
  await client.subscribe('presence-room', { user_id: 'a' });
  client.heard();
  return { client, engine, handle };
}

describe('POST events', () => {
  it('publishes and answers {} exactly', async () => {
    const { client, handle } = await createApi();
    const response = await handle(signedRequest('/apps/app/events', { body: { name: 'e', data: '{"x":1}', channels: ['room', 'presence-room'] } }));
    expect(response).toEqual({ status: 200, body: '{}' });
    expect(client.heard()).toEqual([
      { event: 'e', channel: 'room', data: { x: 1 } },
      { event: 'e', channel: 'presence-room', data: { x: 1 } },
    ]);
  });

  it('leaves out the socket that it names', async () => {
    const { client, handle } = await createApi();
    await handle(signedRequest('/apps/app/events', { body: { name: 'e', data: '', channel: 'room', socket_id: client.socketId } }));
    expect(client.heard()).toEqual([]);
  });

  it('answers with the counts that were asked for, by channel', async () => {
    const { handle } = await createApi();
    const body = { name: 'e', data: '', channels: ['room', 'presence-room', 'empty', '__proto__'], info: 'user_count,subscription_count' };
    const response = await handle(signedRequest('/apps/app/events', { body }));
    expect(response.body).toBe(
      '{"channels":{"room":{"subscription_count":1},"presence-room":{"user_count":1,"subscription_count":1},"empty":{"subscription_count":0},"__proto__":{"subscription_count":0}}}',
    );
  });

  it('takes its fields from the query when there is no body', async () => {
    const { client, handle } = await createApi();
    const parameters = { name: 'e', data: 'd', channel: 'room' };
    expect(await handle(signedRequest('/apps/app/events', { method: 'POST', parameters }))).toEqual({ status: 200, body: '{}' });
    expect(client.heard()).toEqual([{ event: 'e', channel: 'room', data: 'd' }]);
  });

  it.each([
    ['null', 400],
    ['', 400],
    ['{', 400],
    ['{"name":"e","channel":"room","data":{}}', 400],
    [JSON.stringify({ name: 'e', channel: 'room', data: 'x'.repeat(10_241) }), 413],
  ])('refuses the body %.40s with %i and publishes nothing', async (body, status) => {
    const { client, handle } = await createApi();
    const response = await handle(signedRequest('/apps/app/events', { method: 'POST', body }));
    expect(response.status).toBe(status);
    expect(JSON.parse(response.body)).toEqual({ error: expect.stringMatching(/\S/) });
    expect(client.heard()).toEqual([]);
  });
});

describe('POST batch_events', () => {
  it('publishes in order and answers {} exactly', async () => {
    const { client, handle } = await createApi();
    const batch = [1, 2, 3].map((number) => ({ name: `e${number}`, data: '', channel: 'room' }));
    expect(await handle(signedRequest('/apps/app/batch_events', { body: { batch } }))).toEqual({ status: 200, body: '{}' });
    expect(client.heard().map(({ event }) => event)).toEqual(['e1', 'e2', 'e3']);
  });

  it('answers with a list by index when any event asks for counts', async () => {
    const { handle } = await createApi();
    const batch = [
      { name: 'e', data: '', channel: 'presence-room', info: 'user_count' },
      { name: 'e', data: '', channel: 'room' },
      { name: 'e', data: '', channel: 'room', info: 'subscription_count' },
    ];
    const { body } = await handle(signedRequest('/apps/app/batch_events', { body: { batch } }));
    expect(body).toBe('{"batch":[{"user_count":1},{},{"subscription_count":1}]}');
  });

  it('publishes all or nothing', async () => {
    const { client, handle } = await createApi();
    const batch = [
      { name: 'e', data: '', channel: 'room' },
      { name: 'e', data: '', channel: 'a b' },
    ];
    expect((await handle(signedRequest('/apps/app/batch_events', { body: { batch } }))).status).toBe(400);
    expect(client.heard()).toEqual([]);
  });
});
