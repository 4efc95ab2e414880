import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BrokerMessage } from '../../core/ports.ts';
import { assertProperty } from '../../testing/assert-property.ts';
import { decodeBatch, decodeControl, encodeBatch, encodeControl } from './batch.ts';
import { parseHeader } from './message.ts';

/** As `publish.lua` makes it. */
function numbered(sequence: number, rest: string): Buffer {
  const head = Buffer.alloc(10);
  head[0] = 1;
  head[1] = 1;
  head.writeDoubleBE(sequence, 2);
  return Buffer.concat([head, Buffer.from(rest)]);
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 });
const traceOf = (digit: string, tracestate = '') => ({ traceparent: `00-${digit.repeat(32)}-${digit.repeat(16)}-01`, tracestate });
const trace = fc.constantFrom(traceOf('a'), traceOf('b', 'vendor=1'));
const envelope = fc.record(
  { topic: text, frame: fc.string({ unit: 'grapheme' }), except: fc.string({ minLength: 1, maxLength: 20 }), trace },
  { requiredKeys: ['topic', 'frame'] },
);
const control = fc.record(
  { type: fc.constant('terminate' as const), appId: text, userId: text, trace },
  { requiredKeys: ['type', 'appId', 'userId'] },
);
const consequence = fc.record({ type: fc.constant('caused' as const), appId: text, userId: text, channels: fc.array(text), trace });
const messages: fc.Arbitrary<BrokerMessage[]> = fc.array(fc.oneof(envelope, control, consequence), { maxLength: 20 });

describe('a batch', () => {
  it('comes out as it went in', () => {
    assertProperty(
      fc.property(messages, fc.nat(), (sent, number) => {
        const bytes = numbered(7, encodeBatch('origin', { number, messages: sent }));
        const header = parseHeader(bytes);
        expect(header).toEqual({ kind: 'batch', sequence: 7, origin: 'origin', end: 18 });
        expect(decodeBatch(bytes, header?.end ?? 0)).toEqual({ number, messages: sent });
      }),
    );
  });

  it('is refused when a byte is missing or too many', () => {
    const bytes = numbered(7, encodeBatch('origin', { number: 1, messages: [{ topic: 'app/room', frame: '{"é":1}', except: '1.2' }] }));
    const end = parseHeader(bytes)?.end ?? 0;
    for (let length = end; length < bytes.length; length += 1) expect(decodeBatch(bytes.subarray(0, length), end)).toBeUndefined();
    expect(decodeBatch(Buffer.concat([bytes, Buffer.from('x')]), end)).toBeUndefined();
  });

  it('excludes nobody by an id that no socket can have', () => {
    const bytes = numbered(7, encodeBatch('origin', { number: 1, messages: [{ topic: 'app/room', frame: '{}', except: '1'.repeat(70_000) }] }));
    expect(decodeBatch(bytes, parseHeader(bytes)?.end ?? 0)?.messages).toEqual([{ topic: 'app/room', frame: '{}' }]);
  });

  it('without traces is what it was before there were any', () => {
    const sent: BrokerMessage[] = [
      { topic: 'app/room', frame: '{}', except: '1.2' },
      { type: 'terminate', appId: 'app', userId: 'ada' },
    ];
    expect(encodeBatch('o', { number: 130, messages: sent })).toBe(
      '\x00\x01o\x00\x00\x00\x00\x00\x00\x01\x02\x00\x00\x02' +
        '\x01\x00\x00\x08\x00\x00\x00\x02\x00\x03\x02\x00\x00\x03\x00\x00\x00\x03\x00\x00' +
        'app/room{}1.2appada',
    );
  });

  it('of a later version loses what this one does not know, and nothing else', () => {
    const known: BrokerMessage = { topic: 'app/room', frame: '{}' };
    const bytes = Buffer.from(encodeBatch('o', { number: 1, messages: [{ ...known, frame: 'from the future' }, known] }));
    const start = 3;
    const firstType = start + 11;
    bytes[firstType] = 9;
    expect(decodeBatch(bytes, start)).toEqual({ number: 1, messages: [known] });
    bytes[firstType] = 0;
    expect(decodeBatch(bytes, start)).toBeUndefined();
  });

  it('says of which trace a message is a part as often as that changes', () => {
    const [a, b] = [traceOf('a'), traceOf('b')];
    const frames = [a, a, undefined, b].map(
      (cause, index): BrokerMessage => ({ topic: 'app/room', frame: String(index), ...(cause && { trace: cause }) }),
    );
    const bytes = Buffer.from(encodeBatch('o', { number: 1, messages: frames }));
    expect(bytes[13]).toBe(frames.length + 3);
    expect(decodeBatch(bytes, 3)?.messages).toEqual(frames);
  });

  it.each([
    ['ASCII only', 'plain'],
    ['one character of two bytes', 'é'],
    ['characters beyond the basic plane', '🎺 and 🎷'],
    ['half a character, which is replaced', '\ud83c'],
  ])('keeps its texts apart: %s', (_, text) => {
    const sent = [text, 'between', text].map((frame): BrokerMessage => ({ topic: `app/${text.toWellFormed()}`, frame, except: '1.2' }));
    const expected = sent.map((message) => ('frame' in message ? { ...message, frame: message.frame.toWellFormed() } : message));
    const bytes = numbered(7, encodeBatch('origin', { number: Number.MAX_SAFE_INTEGER, messages: sent }));
    expect(decodeBatch(bytes, 18)).toEqual({ number: Number.MAX_SAFE_INTEGER, messages: expected });
  });

  it('is not made of texts whose length cannot be written', () => {
    const topic = 'x'.repeat(2 ** 21);
    const messages = [{ topic, frame: '{}' }];
    expect(() => encodeBatch('origin', { number: 1, messages })).toThrow(RangeError);
    expect(() => encodeBatch('origin', { number: 1, messages: [{ topic: topic.slice(1), frame: '{}' }] })).not.toThrow();
  });

  it('never throws for what is none', () => {
    assertProperty(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 20 }), (bytes, start) => {
        parseHeader(Buffer.from(bytes));
        decodeBatch(Buffer.from(bytes), start);
      }),
    );
  });
});

describe('an order', () => {
  it('comes out as it went in, and nothing else does', () => {
    const order: BrokerMessage = { type: 'terminate', appId: 'app', userId: '"é"' };
    expect(decodeControl(encodeControl(order) ?? '')).toEqual(order);
    expect(encodeControl({ topic: 'app/room', frame: '{}' })).toBeUndefined();
    for (const other of ['', 'null', '[]', '["terminate","app"]', '["terminate","app",1]', '{"type":"terminate"}']) {
      expect(decodeControl(other)).toBeUndefined();
    }
  });
});
