import { describe, expect, it } from 'vitest';
import { Client, dataOf } from './support/client.ts';
import { refusal } from './support/refusal.ts';
import { sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');

const info = (bytes: number) => ({ name: 'x'.repeat(bytes - '{"name":""}'.length) });

describe('the channel_data of a member (clause 3.2)', () => {
  it.each([
    ['is not JSON', 'ann'],
    ['is half of an object', '{"user_id":"ann"'],
    ['is null', 'null'],
    ['is a string', '"ann"'],
    ['is a number', '1'],
    ['is an array', '[{"user_id":"ann"}]'],
    ['is empty', ''],
    ['is deeply nested', `${'['.repeat(15_000)}${']'.repeat(15_000)}`],
    ['has no user_id', '{"user_info":{}}'],
    ['has null as user_id', '{"user_id":null}'],
    ['has an empty user_id', '{"user_id":""}'],
    ['has true as user_id', '{"user_id":true}'],
    ['has an object as user_id', '{"user_id":{"id":1}}'],
    ['has an array as user_id', '{"user_id":["ann"]}'],
    ['has a user_id of 129 characters', JSON.stringify({ user_id: 'x'.repeat(129) })],
    ['has half a surrogate pair as user_id', '{"user_id":"\\ud800"}'],
    ['has a deeply nested user_info', `{"user_id":"ann","user_info":${'['.repeat(15_000)}${']'.repeat(15_000)}}`],
    ['has a user_info above 1 KB', JSON.stringify({ user_id: 'ann', user_info: info(1025) })],
    ['has a user_info above 1 KB in UTF-8', JSON.stringify({ user_id: 'ann', user_info: { name: 'ü'.repeat(600) } })],
  ])('is refused when it %s', async (_what, channelData) => {
    const client = await Client.connect(plain);
    const channel = unique('presence-room');
    client.requestSubscription(channel, channelData);
    expect(await client.next()).toEqual(refusal(channel, 'InvalidMember', 400));
    await client.quiet();
  });

  it.each([
    ['a number', { user_id: 10 }, '10'],
    ['zero', { user_id: 0 }, '0'],
    ['a negative number', { user_id: -7 }, '-7'],
    ['128 characters', { user_id: 'x'.repeat(128) }, 'x'.repeat(128)],
    ['a user_info of 1 KB', { user_id: 'ann', user_info: info(1024) }, 'ann'],
    ['unknown members beside it', { user_id: 'ann', role: 'admin' }, 'ann'],
  ])('may have %s', async (_what, channelData, userId) => {
    const client = await Client.connect(plain);
    const frame = await client.subscribe(unique('presence-room'), channelData);
    expect(dataOf(frame).presence).toMatchObject({ ids: [userId], count: 1 });
  });

  it.each(['9007199254740993', '1234567890123456789', '1e400'])('never makes somebody else of the number %s', async (number) => {
    const client = await Client.connect(plain);
    const channel = unique('presence-room');
    client.requestSubscription(channel, `{"user_id":${number}}`);
    const frame = await client.next();
    if (frame.event === 'pusher:subscription_error') expect(frame).toEqual(refusal(channel, 'InvalidMember', 400));
    else expect(dataOf(frame).presence).toMatchObject({ ids: [number] });
  });

  it('that is an object instead of a string opens nothing', async () => {
    const client = await Client.connect(plain);
    const channel = unique('presence-room');
    client.send({ event: 'pusher:subscribe', data: { channel, auth: 'x:y', channel_data: { user_id: 'ann' } } });
    expect(['pusher:error', 'pusher:subscription_error']).toContain((await client.next()).event);
    await client.quiet();
  });
});

describe('the identity of a signed-in connection (clause 3.2)', () => {
  it('comes from its signin when there is no channel_data', async () => {
    const channel = unique('presence-room');
    const watcher = await Client.connect(plain);
    await watcher.subscribe(channel, { user_id: 'watcher' });
    const ann = await Client.connect(plain);
    const id = unique('ann');
    await ann.signIn({ id, user_info: { name: 'Ann' } });
    expect(dataOf(await ann.subscribe(channel)).presence).toMatchObject({ count: 2, hash: { [id]: { name: 'Ann' } } });
    expect(dataOf(await watcher.next('pusher_internal:member_added'))).toEqual({ user_id: id, user_info: { name: 'Ann' } });
  });

  it('gives way to a channel_data', async () => {
    const ann = await Client.connect(plain);
    await ann.signIn({ id: unique('ann') });
    expect(dataOf(await ann.subscribe(unique('presence-room'), { user_id: 'pseudonym' })).presence).toMatchObject({ ids: ['pseudonym'] });
  });

  it('is missing without a signin', async () => {
    const client = await Client.connect(plain);
    const channel = unique('presence-room');
    client.requestSubscription(channel);
    expect(await client.next()).toEqual(refusal(channel, 'InvalidMember', 400));
    await client.quiet();
  });
});
