import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Client } from './support/client.ts';
import { sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');
const seed = 20_240_607;

const events = [
  'pusher:subscribe',
  'pusher:unsubscribe',
  'pusher:signin',
  'pusher:ping',
  'pusher:pong',
  'pusher:error',
  'client-a',
  'pusher_internal:a',
];
const channels = ['room', 'private-room', 'presence-room', 'cache-room', 'private-encrypted-room', '#server-to-user-1', '__proto__', ''];

const anything = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom('{}', 'null', '[]', '{"user_id":1}', '{"id":"1"}'));
const maybe = <T>(likely: fc.Arbitrary<T>) => fc.oneof({ arbitrary: likely, weight: 4 }, { arbitrary: anything as fc.Arbitrary<unknown>, weight: 1 });
const channel = maybe(fc.oneof(fc.constantFrom(...channels), fc.string()));
const data = fc.record(
  { channel, auth: maybe(fc.constantFrom('', 'plain-key:', 'plain-key:00', ':')), channel_data: anything, user_data: anything },
  { requiredKeys: [] },
);
const frame = fc.record(
  {
    event: maybe(fc.oneof(fc.constantFrom(...events), fc.string())),
    channel,
    data: maybe(
      fc.oneof(
        data,
        data.map((value) => JSON.stringify(value)),
      ),
    ),
  },
  { requiredKeys: [] },
);

/** Half a frame, or one with a byte changed. */
const damaged = fc.tuple(frame, fc.nat(200), fc.string({ maxLength: 3 })).map(([value, position, text]) => {
  const json = JSON.stringify(value);
  return json.slice(0, position) + text + json.slice(position + (text.length === 0 ? json.length : 1));
});

/** Every message is answered or ignored; the only thing that may end the connection is a signin whose signature does not match. */
async function survives(messages: readonly (string | Buffer)[]): Promise<void> {
  const client = await Client.connect(plain);
  for (const message of messages) client.send(message);
  await client.flush().catch(async () => expect(await client.closed).toMatchObject({ code: 4009 }));
  client.drop();
}

describe('arbitrary frames (bad input)', () => {
  it.each<readonly [string, fc.Arbitrary<string | Buffer>]>([
    ['JSON in the shape of the protocol', frame.map((value) => JSON.stringify(value))],
    ['damaged JSON', damaged],
    ['any JSON', fc.json()],
    ['any text', fc.string({ unit: 'grapheme' })],
    ['any bytes', fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))],
  ])('of %s end no connection and disturb nobody', async (_what, message) => {
    const bystander = await Client.connect(plain);
    const room = unique('presence-room');
    await bystander.subscribe(room, { user_id: 'bystander' });
    await fc.assert(fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 30 }), survives), { seed, numRuns: 40 });
    await bystander.quiet();
  });
});
