import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hmacHex } from '../protocol/signature.ts';
import { annsToken, createTestAuthRouter } from '../testing/auth-router.ts';
import { identity, only } from '../testing/fake-tokens.ts';

const listening = '{"clarion:listen_only":true}';
const form = (channel: string, socketId = '1.2'): string => String(new URLSearchParams({ socket_id: socketId, channel_name: channel }));

describe('the authorisation of a channel', () => {
  it('signs a private channel, and nothing else', async () => {
    const { ask } = createTestAuthRouter();
    const { status, body } = await ask('/auth/key/channel', { body: form('private-room') });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ auth: `key:${hmacHex('secret', '1.2:private-room')}` });
  });

  it('takes JSON as well', async () => {
    const { ask } = createTestAuthRouter();
    const json = JSON.stringify({ socket_id: '1.2', channel_name: 'private-room', more: [1] });
    const { body } = await ask('/auth/key/channel', { body: json, contentType: 'application/json; charset=utf-8' });
    expect(JSON.parse(body)).toEqual({ auth: `key:${hmacHex('secret', '1.2:private-room')}` });
  });

  it('says who the member of a presence channel is', async () => {
    const { ask, tokens } = createTestAuthRouter();
    tokens.known.set(annsToken, identity('a"1', { user: { member: { userId: 'a"1', userInfo: '{"name":"Ann"}' }, watchlist: [] } }));
    const { auth, channel_data: data } = JSON.parse((await ask('/auth/key/channel', { body: form('presence-room') })).body);
    expect(JSON.parse(data)).toEqual({ user_id: 'a"1', user_info: { name: 'Ann' } });
    expect(auth).toBe(`key:${hmacHex('secret', `1.2:presence-room:${data}`)}`);
  });

  it('leaves out user_info that there is none of', async () => {
    const { ask, tokens } = createTestAuthRouter();
    tokens.known.set(annsToken, identity('ann', { user: { member: { userId: 'ann', userInfo: 'null' }, watchlist: [] } }));
    const { channel_data: data } = JSON.parse((await ask('/auth/key/channel', { body: form('presence-room') })).body);
    expect(data).toBe('{"user_id":"ann"}');
  });

  it('lets who may not publish only listen', async () => {
    const { ask, tokens } = createTestAuthRouter();
    tokens.known.set(annsToken, identity('ann', { allows: only({ subscribe: ['private-room', 'presence-room'] }) }));
    const answers = await Promise.all(['private-room', 'presence-room'].map((name) => ask('/auth/key/channel', { body: form(name) })));
    expect(answers.map(({ body }) => JSON.parse(body))).toEqual([
      { auth: `key:${hmacHex('secret', `1.2:private-room:${listening}`)}`, channel_data: listening },
      { auth: expect.any(String), channel_data: '{"user_id":"ann","user_info":{"from":"token"},"clarion:listen_only":true}' },
    ]);
  });

  it('says nothing of publishing where nobody can', async () => {
    const { ask, tokens } = createTestAuthRouter({ app: { clientEvents: false } });
    tokens.known.set(annsToken, identity('ann', { allows: only({ subscribe: ['private-room'] }) }));
    expect(Object.keys(JSON.parse((await ask('/auth/key/channel', { body: form('private-room') })).body))).toEqual(['auth']);
  });

  it('hands out the key of an encrypted channel', async () => {
    const masterKey = Buffer.alloc(32, 7);
    const { ask } = createTestAuthRouter({ jwt: { encryptionMasterKey: masterKey.toString('base64') } });
    const name = 'private-encrypted-vault';
    const { body } = await ask('/auth/key/channel', { body: form(name) });
    const secret = createHash('sha256')
      .update(Buffer.concat([Buffer.from(name), masterKey]))
      .digest('base64');
    expect(JSON.parse(body)).toEqual({ auth: `key:${hmacHex('secret', `1.2:${name}`)}`, shared_secret: secret });
  });

  it('signs no encrypted channel without a master key', async () => {
    const { ask } = createTestAuthRouter();
    expect((await ask('/auth/key/channel', { body: form('private-encrypted-vault') })).status).toBe(403);
  });

  it('refuses what the token does not allow', async () => {
    const { ask, tokens } = createTestAuthRouter();
    tokens.known.set(annsToken, identity('ann', { allows: only({ subscribe: ['private-mine'], publish: ['private-yours'] }) }));
    expect((await ask('/auth/key/channel', { body: form('private-mine') })).status).toBe(200);
    const { status, body } = await ask('/auth/key/channel', { body: form('private-yours') });
    expect([status, JSON.parse(body)]).toEqual([403, { error: expect.stringMatching(/not allow/) }]);
  });

  it('signs with the first active key, whichever the client connects with', async () => {
    const keys = [
      { key: 'gone', secret: 'g', status: 'revoked' as const },
      { key: 'old', secret: 'o', status: 'verify-only' as const },
      { key: 'new', secret: 'n', status: 'active' as const },
    ];
    const { ask } = createTestAuthRouter({ app: { keys } });
    const { body } = await ask('/auth/old/channel', { body: form('private-room') });
    expect(JSON.parse(body)).toEqual({ auth: `new:${hmacHex('n', '1.2:private-room')}` });
    expect((await ask('/auth/gone/channel', { body: form('private-room') })).status).toBe(404);
  });

  it.each([
    ['a public channel', form('room')],
    ['the channel of a user', form('#server-to-user-ann')],
    ['a name with a colon', form('private-room:presence-x')],
    ['a name with a line break', form('private-room\n')],
    ['a name that is too long', form(`private-${'x'.repeat(200)}`)],
    ['an empty name', form('')],
    ['a socket id with a colon', form('private-room', '1.2:private-other')],
    ['a socket id with a line break', form('private-room', '1.2\n')],
    ['a socket id with other digits', form('private-room', '١.٢')],
    ['a socket id that is too long', form('private-room', `${'1'.repeat(64)}.2`)],
    ['no socket id', 'channel_name=private-room'],
    ['two channels', `${form('private-room')}&channel_name=private-other`],
    ['two socket ids', `${form('private-room')}&socket_id=3.4`],
    ['a list of channels', 'socket_id=1.2&channel_name[]=private-room'],
    ['nothing', ''],
    ['bytes that are no text', Buffer.from([0xff, 0xfe])],
  ])('refuses %s with 400', async (_what, body) => {
    const { ask, engine } = createTestAuthRouter();
    const response = await ask('/auth/key/channel', { body });
    expect([response.status, JSON.parse(response.body)]).toEqual([400, { error: expect.any(String) }]);
    expect(engine.log.lines).toEqual([]);
  });
});
