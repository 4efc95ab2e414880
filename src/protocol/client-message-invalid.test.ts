import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../testing/any-text.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { parseClientMessage } from './client-message.ts';

function parse(message: unknown) {
  return parseClientMessage(JSON.stringify(message));
}

const types = ['ping', 'pong', 'subscribe', 'unsubscribe', 'signin', 'client_event', 'invalid'];

/** JSON that looks like a message, with members of any shape. */
const nearlyMessages = fc.record(
  {
    event: fc.oneof(
      fc.constantFrom(
        'pusher:ping',
        'pusher:pong',
        'pusher:subscribe',
        'pusher:unsubscribe',
        'pusher:signin',
        'client-x',
        'client-',
        '__proto__',
        'toString',
      ),
      fc.jsonValue(),
    ),
    channel: fc.jsonValue(),
    data: fc.oneof(
      fc.jsonValue(),
      fc.json(),
      fc.record(
        { channel: fc.jsonValue(), auth: fc.jsonValue(), channel_data: fc.jsonValue(), user_data: fc.jsonValue() },
        { requiredKeys: [], noNullPrototype: true },
      ),
    ),
    user_id: fc.jsonValue(),
  },
  { requiredKeys: [], noNullPrototype: true },
);

describe('any message', () => {
  it.each(['', ' ', 'x', '{', '{"event":"pusher:ping"', "{'event':'pusher:ping'}", '\ufeff{"event":"pusher:ping"}', 'undefined', 'NaN'])(
    'that is not JSON is called so: %j',
    (text) => {
      expect(parseClientMessage(text)).toEqual({ type: 'invalid', reason: 'Received invalid JSON' });
    },
  );

  it.each([
    'null',
    '1',
    '"pusher:ping"',
    '[]',
    '[{"event":"pusher:ping"}]',
    'true',
    '{}',
    '{"event":null}',
    '{"event":1}',
    '{"event":["pusher:ping"]}',
  ])('of another shape is invalid: %s', (text) => {
    expect(parseClientMessage(text)).toMatchObject({ type: 'invalid' });
  });

  it.each(['pusher_internal:subscription_succeeded', 'pusher:error', 'my-event', '', '__proto__', 'constructor'])(
    'with the event %j is not supported',
    (event) => {
      expect(parse({ event, channel: 'room', data: {} })).toMatchObject({ type: 'invalid', reason: expect.stringContaining('Unsupported event') });
    },
  );

  it('does not find its members on a prototype', () => {
    expect(parseClientMessage('{"__proto__":{"event":"pusher:ping"}}')).toMatchObject({ type: 'invalid' });
    expect(parseClientMessage('{"event":"pusher:subscribe","data":{"__proto__":{"channel":"room"}}}')).toMatchObject({ type: 'invalid' });
  });

  it('with a very long event is quoted in part only', () => {
    const message = parse({ event: 'x'.repeat(60_000) });
    expect(message.type === 'invalid' ? message.reason.length : 0).toBeLessThan(300);
  });

  it('never makes the parser throw, whatever the text', () => {
    assertProperty(
      fc.property(anyText(nearlyMessages), (text) => {
        expect(types).toContain(parseClientMessage(text).type);
      }),
      1000,
    );
  });

  it('is the same after it was written and read', () => {
    const text = fc.string({ unit: 'binary' });
    assertProperty(
      fc.property(text, text, fc.option(text, { nil: undefined }), (channel, auth, channelData) => {
        const message = { type: 'subscribe', channel, auth, ...(channelData === undefined ? {} : { channelData }) };
        expect(parse({ event: 'pusher:subscribe', data: { channel, auth, channel_data: channelData } })).toEqual(message);
      }),
    );
    assertProperty(
      fc.property(text, fc.jsonValue(), (name, data) => {
        const message = parse({ event: `client-${name}`, channel: 'private-a', data });
        const expected = typeof data === 'string' ? data : JSON.stringify(data);
        expect(message).toEqual({ type: 'client_event', event: `client-${name}`, channel: 'private-a', data: expected });
      }),
    );
  });
});
