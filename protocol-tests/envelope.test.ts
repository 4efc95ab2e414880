import { describe, expect, it } from 'vitest';
import { Client } from './support/client.ts';
import { sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');

const refused = { event: 'pusher:error', data: { code: null, message: expect.stringMatching(/./) } };

const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

const malformed: readonly (readonly [what: string, message: string])[] = [
  ['nothing', ''],
  ['text that is not JSON', 'nonsense'],
  ['half of an object', '{"event":"pusher:ping"'],
  ['null', 'null'],
  ['a number', '1'],
  ['a string', '"pusher:ping"'],
  ['an array', '[]'],
  ['an array of frames', '[{"event":"pusher:ping"}]'],
  ['an object without an event', '{}'],
  ['a number as event', '{"event":1}'],
  ['null as event', '{"event":null}'],
  ['an object as event', '{"event":{"toString":"x"}}'],
  ['an empty event', '{"event":""}'],
  ['an event called __proto__', '{"event":"__proto__","data":{}}'],
  ['an event called constructor', '{"event":"constructor","data":{}}'],
  ['members behind __proto__', '{"__proto__":{"event":"pusher:ping"}}'],
  ['deep nesting', deep(15_000)],
  ['deep nesting as data', `{"event":"pusher:subscribe","data":${deep(15_000)}}`],
  ['an event of its own', '{"event":"my-event","channel":"room","data":"{}"}'],
  ['an unknown event of the protocol', '{"event":"pusher:unknown","data":{}}'],
  ['an event of the server', '{"event":"pusher_internal:subscription_succeeded","channel":"room","data":"{}"}'],
  [
    'an event of the server called member_added',
    '{"event":"pusher_internal:member_added","channel":"presence-room","data":"{\\"user_id\\":\\"1\\"}"}',
  ],
  ['a handshake', '{"event":"pusher:connection_established","data":"{}"}'],
  ['a subscription without data', '{"event":"pusher:subscribe"}'],
  ['a subscription with null as data', '{"event":"pusher:subscribe","data":null}'],
  ['a subscription with a number as data', '{"event":"pusher:subscribe","data":1}'],
  ['a subscription with an array as data', '{"event":"pusher:subscribe","data":["room"]}'],
  ['a subscription with text as data', '{"event":"pusher:subscribe","data":"room"}'],
  ['a subscription without a channel', '{"event":"pusher:subscribe","data":{}}'],
  ['a subscription to a number', '{"event":"pusher:subscribe","data":{"channel":1}}'],
  ['a subscription to null', '{"event":"pusher:subscribe","data":{"channel":null}}'],
  ['a subscription to an object', '{"event":"pusher:subscribe","data":{"channel":{"length":4}}}'],
  ['a subscription to an array', '{"event":"pusher:subscribe","data":{"channel":["room"]}}'],
  ['an unsubscription without data', '{"event":"pusher:unsubscribe"}'],
  ['an unsubscription with null as data', '{"event":"pusher:unsubscribe","data":null}'],
  ['an unsubscription from a number', '{"event":"pusher:unsubscribe","data":{"channel":1}}'],
  ['a signin without data', '{"event":"pusher:signin"}'],
  ['a signin with null as data', '{"event":"pusher:signin","data":null}'],
  ['a signin with numbers', '{"event":"pusher:signin","data":{"auth":1,"user_data":2}}'],
  ['a signin with an object as user_data', '{"event":"pusher:signin","data":{"auth":"key:signature","user_data":{"id":"1"}}}'],
  ['a signin without auth', '{"event":"pusher:signin","data":{"user_data":"{\\"id\\":\\"1\\"}"}}'],
  ['a client event without a channel', '{"event":"client-event","data":{}}'],
  ['a client event on a number', '{"event":"client-event","channel":1,"data":{}}'],
  ['a client event on null', '{"event":"client-event","channel":null,"data":{}}'],
];

describe('malformed and unknown messages (clause 2)', () => {
  it.each(malformed)('answers %s with an error without a code and stays open', async (_what, message) => {
    const client = await Client.connect(plain);
    client.send(message);
    expect(await client.next()).toEqual(refused);
    await client.quiet();
  });

  it('answers a binary frame with an error without executing it', async () => {
    const client = await Client.connect(plain);
    client.send(Buffer.from('{"event":"pusher:ping","data":{}}'));
    expect(await client.next()).toEqual(refused);
    await client.quiet();
  });

  it('does not disturb another connection', async () => {
    const channel = unique('room');
    const bystander = await Client.connect(plain);
    await bystander.subscribe(channel);
    const offender = await Client.connect(plain);
    for (const [, message] of malformed) offender.send(message);
    for (const _ of malformed) expect(await offender.next()).toEqual(refused);
    await offender.quiet();
    await bystander.quiet();
  });

  it('ends only the connection that sends invalid UTF-8', async () => {
    const bystander = await Client.connect(plain);
    const offender = await Client.connect(plain);
    offender.sendText(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
    expect([1006, 1007]).toContain((await offender.closed).code);
    await bystander.quiet();
  });
});

describe('well-formed messages in other clothes (clauses 2 and 3.1)', () => {
  it('takes data that is a string of JSON for the object in it', async () => {
    const client = await Client.connect(plain);
    const channel = unique('room');
    client.send({ event: 'pusher:subscribe', data: JSON.stringify({ channel }) });
    expect(await client.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded', channel });
  });

  it('ignores members that it does not know', async () => {
    const client = await Client.connect(plain);
    const channel = unique('room');
    client.send({ event: 'pusher:subscribe', channel: 'x', id: 7, data: { channel, auth: '', extra: [], constructor: 1 } });
    expect(await client.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded', channel });
  });

  it('accepts white space and escapes anywhere in the JSON', async () => {
    const client = await Client.connect(plain);
    client.send(' {\n "data" : {} , "event" : "pusher\\u003aping" } ');
    expect(await client.next()).toMatchObject({ event: 'pusher:pong' });
  });
});

describe('a message in several WebSocket frames (RFC 6455, 5.4)', () => {
  it('is put together', async () => {
    const client = await Client.connect(plain);
    client.sendFragments(['{"event":', '"pusher:', 'ping","data":{}}']);
    expect(await client.next()).toMatchObject({ event: 'pusher:pong' });
  });

  it('may be interrupted by a WebSocket ping', async () => {
    const client = await Client.connect(plain);
    client.sendFragments(['{"event":"pusher:ping",']);
    expect(await client.ping('meanwhile')).toBe('meanwhile');
  });

  it('ends the connection when it is too large as a whole', async () => {
    const client = await Client.connect(plain);
    client.sendFragments(Array.from({ length: 70 }, () => 'x'.repeat(1024)));
    expect((await client.closed).code).toBe(1009);
  });
});

const messageBytes = 65_536;

/** A ping of exactly so many bytes. */
const ping = (bytes: number): string => {
  const bare = '{"event":"pusher:ping","data":""}';
  return bare.replace('""', `"${'x'.repeat(bytes - bare.length)}"`);
};

describe('the size of a message (clause 1.5)', () => {
  it('may be 64 KB', async () => {
    const client = await Client.connect(plain);
    client.send(ping(messageBytes));
    expect(await client.next()).toMatchObject({ event: 'pusher:pong' });
  });

  it('ends the connection with 1009 when it is one byte more', async () => {
    const client = await Client.connect(plain);
    client.send(ping(messageBytes + 1));
    expect((await client.closed).code).toBe(1009);
  });

  it('is counted in bytes', async () => {
    const client = await Client.connect(plain);
    client.send(`{"event":"pusher:ping","data":"${'ü'.repeat(messageBytes / 2)}"}`);
    expect((await client.closed).code).toBe(1009);
  });

  it.each([1, 16])('of %d MB ends that connection only', async (megabytes) => {
    const bystander = await Client.connect(plain);
    const offender = await Client.connect(plain);
    offender.send(ping(megabytes * 1_048_576));
    expect([1006, 1009]).toContain((await offender.closed).code);
    await bystander.quiet();
  });
});
