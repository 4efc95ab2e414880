import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { defaultAppLimits } from './limits.ts';
import { parseBatch, parseInfo, parseTrigger } from './trigger.ts';

const valid = { name: 'event', data: '{"a":1}', channels: ['room'] };

function parse(body: unknown) {
  return parseTrigger(body, defaultAppLimits);
}

function batch(body: unknown) {
  return parseBatch(body, defaultAppLimits);
}

function names(body: unknown): unknown {
  const trigger = parse(body);
  return 'status' in trigger ? trigger : trigger.channels.map(({ name }) => name);
}

const badRequest = { status: 400, error: expect.stringMatching(/\S/) };

/** Bodies with the right members of any type. */
const nearlyEvents = fc.record(
  {
    name: fc.oneof(fc.string(), fc.jsonValue()),
    data: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
    channels: fc.oneof(fc.array(fc.oneof(fc.constantFrom('room', 'presence-a', 'cache-c', '#server-to-user-1'), fc.jsonValue())), fc.jsonValue()),
    channel: fc.oneof(fc.constant('room'), fc.jsonValue()),
    socket_id: fc.oneof(fc.constant('1.2'), fc.jsonValue()),
    info: fc.oneof(fc.constantFrom('user_count', 'subscription_count,user_count'), fc.jsonValue()),
  },
  { requiredKeys: [], noNullPrototype: true },
);

describe('an event of a backend', () => {
  it('goes to its channels with its name and data', () => {
    expect(parse(valid)).toEqual({
      event: 'event',
      data: '{"a":1}',
      channels: [{ name: 'room', kind: 'public', isCache: false, needsAuth: false }],
      info: [],
    });
  });

  it('may name one channel, or several, of which a list wins', () => {
    expect(names({ name: 'e', data: '', channel: 'room' })).toEqual(['room']);
    expect(names({ name: 'e', data: '', channels: ['b', 'a'] })).toEqual(['b', 'a']);
    expect(names({ name: 'e', data: '', channels: ['a'], channel: 'b' })).toEqual(['a']);
    expect(names({ name: 'e', data: '', channels: ['#server-to-user-1 2'] })).toEqual(['#server-to-user-1 2']);
  });

  it('goes once to a channel that is listed twice', () => {
    expect(names({ ...valid, channels: ['a', 'b', 'a', '__proto__'] })).toEqual(['a', 'b', '__proto__']);
  });

  it('may leave out one socket, which need not exist', () => {
    expect(parse({ ...valid, socket_id: '1.2' })).toMatchObject({ except: '1.2' });
    expect(parse({ ...valid, socket_id: null })).not.toHaveProperty('except');
  });

  it('may ask for counts', () => {
    expect(parse({ ...valid, info: 'user_count,subscription_count' })).toMatchObject({ info: ['user_count', 'subscription_count'] });
    expect(parse({ ...valid, info: '' })).toMatchObject({ info: [] });
  });

  it('keeps its data byte for byte', () => {
    assertProperty(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (data) => {
        expect(parse({ ...valid, data })).toMatchObject({ data });
      }),
    );
  });

  it.each([
    null,
    1,
    'x',
    [],
    [valid],
    {},
    { ...valid, name: undefined },
    { ...valid, name: '' },
    { ...valid, name: 1 },
    { ...valid, name: 'x'.repeat(201) },
    { ...valid, name: 'pusher:error' },
    { ...valid, name: 'pusher_internal:member_added' },
    { ...valid, data: undefined },
    { ...valid, data: { a: 1 } },
    { ...valid, data: null },
    { ...valid, channels: [] },
    { ...valid, channels: 'room' },
    { ...valid, channels: { 0: 'room', length: 1 } },
    { ...valid, channels: [1] },
    { ...valid, channels: [null] },
    { ...valid, channels: ['a b'] },
    { ...valid, channels: [''] },
    { ...valid, channels: ['#room'] },
    { ...valid, channels: ['room', 'x'.repeat(201)] },
    { ...valid, channels: Array.from({ length: 101 }, (_, index) => `room-${index}`) },
    { ...valid, channels: undefined, channel: 5 },
    { ...valid, channels: undefined, channel: ['room'] },
    { ...valid, socket_id: 'x' },
    { ...valid, socket_id: '' },
    { ...valid, socket_id: 1.2 },
    { ...valid, socket_id: '1.2:private-a' },
    { ...valid, info: 'nothing' },
    { ...valid, info: 'user_count,cache' },
    { ...valid, info: ['user_count'] },
    { ...valid, info: 5 },
  ])('is refused: %j', (body) => {
    expect(parse(body)).toEqual(badRequest);
  });

  it('is accepted up to each limit', () => {
    const body = {
      name: 'x'.repeat(200),
      data: 'é'.repeat(5120),
      channels: Array.from({ length: 100 }, (_, index) => `${index}-`.padEnd(200, 'x')),
    };
    expect(parse(body)).toMatchObject({ event: body.name });
  });

  it('with too much data is refused with 413, counted in bytes', () => {
    expect(parse({ ...valid, data: 'é'.repeat(5121) })).toEqual({
      status: 413,
      error: 'The data content of this event exceeds the allowed maximum (10240 bytes)',
    });
  });

  it('does not repeat a long wrong value in its refusal', () => {
    const fault = parse({ ...valid, channels: ['!'.repeat(10_000)] });
    expect('error' in fault && fault.error.length).toBeLessThan(300);
  });

  it('never makes the parser throw, whatever the body', () => {
    assertProperty(
      fc.property(fc.oneof(fc.jsonValue(), nearlyEvents), (body) => {
        const trigger = parse(body);
        if ('status' in trigger) {
          expect(trigger).toEqual({ status: expect.toBeOneOf([400, 413]), error: expect.stringMatching(/\S/) });
          return;
        }
        expect(trigger.channels.length).toBeGreaterThan(0);
        expect(Buffer.byteLength(trigger.data)).toBeLessThanOrEqual(10_240);
      }),
      1000,
    );
  });
});

describe('a batch of events', () => {
  const item = { name: 'event', data: 'd', channel: 'room' };

  it('keeps the order of its events', () => {
    expect(batch({ batch: [item, { ...item, channel: 'other', info: 'user_count', socket_id: '1.2' }] })).toEqual([
      { event: 'event', data: 'd', channels: [expect.objectContaining({ name: 'room' })], info: [] },
      { event: 'event', data: 'd', channels: [expect.objectContaining({ name: 'other' })], info: ['user_count'], except: '1.2' },
    ]);
  });

  it('takes one channel for each event, not a list', () => {
    expect(batch({ batch: [{ ...item, channels: ['a', 'b'] }] })).toMatchObject([{ channels: [{ name: 'room' }] }]);
    expect(batch({ batch: [{ name: 'e', data: '', channels: ['a'] }] })).toEqual(badRequest);
  });

  it.each([
    null,
    [],
    {},
    { batch: null },
    { batch: {} },
    { batch: [] },
    { batch: [null] },
    { batch: ['x'] },
    { batch: [[]] },
    { batch: [item, { ...item, name: 1 }] },
  ])('is refused as a whole: %j', (body) => {
    expect(batch(body)).toEqual(badRequest);
  });

  it('has at most as many events as the limit', () => {
    expect(batch({ batch: Array(10).fill(item) })).toHaveLength(10);
    expect(batch({ batch: Array(11).fill(item) })).toEqual({ status: 400, error: expect.stringContaining('Batch too large') });
  });

  it('with too much data in one event is refused with 413', () => {
    expect(batch({ batch: [item, { ...item, data: 'x'.repeat(10_241) }] })).toMatchObject({ status: 413 });
  });

  it('never makes the parser throw, whatever the body', () => {
    const bodies = fc.oneof(fc.jsonValue(), fc.record({ batch: fc.oneof(fc.jsonValue(), fc.array(fc.oneof(nearlyEvents, fc.jsonValue()))) }));
    assertProperty(
      fc.property(bodies, (body) => {
        const triggers = batch(body);
        if ('status' in triggers) {
          expect(triggers.error).toMatch(/\S/);
          return;
        }
        for (const { channels } of triggers) expect(channels).toHaveLength(1);
      }),
      1000,
    );
  });
});

describe('the info parameter', () => {
  it.each([
    [undefined, []],
    [null, []],
    ['', []],
    ['cache', ['cache']],
    ['user_count, cache', ['user_count', 'cache']],
  ])('%j asks for %j', (info, attributes) => {
    expect(parseInfo(info, ['user_count', 'cache'])).toEqual(attributes);
  });

  it.each(['x', 'user_count,', ',', 'User_count', 'subscription_count', '__proto__', 5, {}, ['cache']])('%j is refused', (info) => {
    expect(parseInfo(info, ['user_count', 'cache'])).toEqual(badRequest);
  });
});
