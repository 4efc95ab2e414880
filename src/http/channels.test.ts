import { describe, expect, it } from 'vitest';
import { healthy } from '../testing/healthy.ts';
import { type RequestOptions, signedRequest } from '../testing/signed-request.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { createRouter } from './router.ts';

async function createApi() {
  const engine = createTestEngine();
  const handle = createRouter({ engine, prefix: '', health: healthy });
  const get = (path: string, parameters: RequestOptions['parameters'] = {}) => handle(signedRequest(`/apps/app/${path}`, { parameters }));
  const [one, other] = [await engine.connect(), await engine.connect()];
  for (const client of [one, other]) {
    await client.subscribe('room');
    await client.subscribe('presence-room', { user_id: 'a' });
  }
  await other.subscribe('cache-room');
  await one.signIn({ id: 'a' });
  return { engine, get };
}

describe('GET channels', () => {
  it('lists the occupied channels, without those of users', async () => {
    const { get } = await createApi();
    expect(await get('channels')).toEqual({ status: 200, body: '{"channels":{"room":{},"presence-room":{},"cache-room":{}}}' });
  });

  it('answers an object when there is none', async () => {
    const handle = createRouter({ engine: createTestEngine(), prefix: '', health: healthy });
    expect(await handle(signedRequest('/apps/app/channels'))).toEqual({ status: 200, body: '{"channels":{}}' });
  });

  it('lists by prefix, with the counts of users', async () => {
    const { get } = await createApi();
    expect((await get('channels', { filter_by_prefix: 'presence-', info: 'user_count' })).body).toBe(
      '{"channels":{"presence-room":{"user_count":1}}}',
    );
    expect((await get('channels', { filter_by_prefix: 'ro', info: 'subscription_count' })).body).toBe(
      '{"channels":{"room":{"subscription_count":2}}}',
    );
    expect((await get('channels', { filter_by_prefix: 'nothing-' })).body).toBe('{"channels":{}}');
  });

  it('names channels safely, whatever they are called', async () => {
    const { engine, get } = await createApi();
    const client = await engine.connect();
    for (const channel of ['__proto__', 'constructor', 'toString']) await client.subscribe(channel);
    expect(JSON.stringify(JSON.parse((await get('channels', { filter_by_prefix: '__' })).body))).toBe('{"channels":{"__proto__":{}}}');
    expect((await get('channels')).body).toContain('"toString":{}');
  });

  it.each([
    { info: 'user_count' },
    { info: 'user_count', filter_by_prefix: 'private-' },
    { info: 'nothing' },
    { info: 'cache', filter_by_prefix: 'cache-' },
  ])('refuses %j with 400', async (parameters) => {
    const { get } = await createApi();
    expect((await get('channels', parameters)).status).toBe(400);
  });
});

describe('GET channels/NAME', () => {
  it('says whether the channel is occupied', async () => {
    const { get } = await createApi();
    expect(await get('channels/room')).toEqual({ status: 200, body: '{"occupied":true}' });
    expect(await get('channels/empty')).toEqual({ status: 200, body: '{"occupied":false}' });
  });

  it('tells the attributes that were asked for', async () => {
    const { get } = await createApi();
    expect((await get('channels/presence-room', { info: 'user_count,subscription_count' })).body).toBe(
      '{"occupied":true,"user_count":1,"subscription_count":2}',
    );
    expect((await get('channels/room', { info: 'subscription_count' })).body).toBe('{"occupied":true,"subscription_count":2}');
    expect((await get('channels/empty', { info: 'subscription_count' })).body).toBe('{"occupied":false,"subscription_count":0}');
  });

  it('tells the cached event and its time to live, or null', async () => {
    const { engine, get } = await createApi();
    expect((await get('channels/cache-room', { info: 'cache' })).body).toBe('{"occupied":true,"cache":null}');
    await engine.cache.set(
      { appId: 'app', channel: { name: 'cache-room', kind: 'public', isCache: true, needsAuth: false } },
      { event: 'e', data: '{"a":"é"}' },
      60,
    );
    expect((await get('channels/cache-room', { info: 'cache' })).body).toBe('{"occupied":true,"cache":{"data":"{\\"a\\":\\"é\\"}","ttl":60}}');
  });

  it.each([
    ['room', 'user_count', 'Cannot retrieve the user count unless the channel is a presence channel'],
    ['room', 'cache', 'cache channel'],
    ['room', 'nothing', 'Unknown info attribute'],
    ['a b', '', 'Invalid channel name'],
    ['#server-to-user-a', '', 'Invalid channel name'],
  ])('refuses %s with info %j', async (channel, info, text) => {
    const { get } = await createApi();
    const response = await get(`channels/${encodeURIComponent(channel)}`, info === '' ? {} : { info });
    expect(response.status).toBe(400);
    expect(response.body).toContain(text);
  });
});

describe('GET channels/NAME/users', () => {
  it('lists the distinct users as strings', async () => {
    const { engine, get } = await createApi();
    const client = await engine.connect();
    await client.subscribe('presence-room', { user_id: 1 });
    expect(await get('channels/presence-room/users')).toEqual({ status: 200, body: '{"users":[{"id":"a"},{"id":"1"}]}' });
    expect((await get('channels/presence-empty/users')).body).toBe('{"users":[]}');
  });

  it('writes any user id as valid JSON', async () => {
    const { engine, get } = await createApi();
    const client = await engine.connect();
    const ids = ['"', '\\', '\u0000', '\u2028', 'é😀', '__proto__', '</script>'];
    for (const [index, user_id] of ids.entries()) await client.subscribe(`presence-${index}`, { user_id });
    for (const [index, id] of ids.entries()) expect(JSON.parse((await get(`channels/presence-${index}/users`)).body)).toEqual({ users: [{ id }] });
  });

  it('refuses other kinds of channels, and parameters', async () => {
    const { get } = await createApi();
    expect((await get('channels/room/users')).status).toBe(400);
    expect((await get('channels/presence-room/users', { info: 'user_count' })).body).toContain(
      'The following query string parameters are extraneous: info',
    );
  });
});
