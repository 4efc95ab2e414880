import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { parseTraceContext } from './trace-context.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const parent = `00-${traceId}-${spanId}-01`;
const state = (tracestate: string) => parseTraceContext(parent, tracestate)?.tracestate;

describe('traceparent', () => {
  it('is taken as it comes', () => {
    expect(parseTraceContext(parent, '')).toEqual({ traceparent: parent, tracestate: '' });
  });

  it.each([
    ['a later version', `cc-${traceId}-${spanId}-01`],
    ['a later version that goes on', `cc-${traceId}-${spanId}-01-what-the-future-will-be-like`],
    ['blanks around it', ` ${parent}\t`],
    ['flags of a later version', `00-${traceId}-${spanId}-fd`],
  ])('is read as version 00: %s', (_, header) => {
    expect(parseTraceContext(header, '')?.traceparent).toBe(parent);
  });

  it.each([
    ['00', '00'],
    ['01', '01'],
    ['02', '02'],
    ['03', '03'],
  ])('keeps the flags %s', (flags, kept) => {
    expect(parseTraceContext(`00-${traceId}-${spanId}-${flags}`, '')?.traceparent).toBe(`00-${traceId}-${spanId}-${kept}`);
  });

  it.each([
    ['nothing', ''],
    ['the version that cannot be', `ff-${traceId}-${spanId}-01`],
    ['version 00 that goes on', `${parent}-x`],
    ['a later version that goes on without a dash', `cc-${traceId}-${spanId}-01x`],
    ['no trace', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['no span', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['upper case', parent.toUpperCase()],
    ['a short trace', `00-${traceId.slice(1)}-${spanId}-01`],
    ['letters that are no hex', `00-${traceId.replace('0', 'g')}-${spanId}-01`],
    ['two headers that a proxy has joined', `${parent},${parent}`],
    ['a line break', `${parent}\n${parent}`],
  ])('is ignored, and tracestate with it: %s', (_, header) => {
    expect(parseTraceContext(header, 'a=1')).toBeUndefined();
  });
});

describe('tracestate', () => {
  it.each([
    ['rojo=00f067aa0ba902b7,congo=t61rcWkgMzE', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
    [' a=1 ,\t b=2 ', 'a=1,b=2'],
    ['a=1,,b=2,', 'a=1,b=2'],
    ['tenant@vendor=1', 'tenant@vendor=1'],
    ['0a*/_-=~!', '0a*/_-=~!'],
  ])('keeps the members of %j', (header, kept) => {
    expect(state(header)).toBe(kept);
  });

  it.each([
    ['no value', 'a='],
    ['no key', '=1'],
    ['no member', 'a'],
    ['two values', 'a=1=2'],
    ['upper case', 'A=1'],
    ['a key twice', 'a=1,b=2,a=3'],
    ['a character that no header has', 'a=\u0000'],
    ['a letter beyond ASCII', 'a=é'],
    ['a long value', `a=${'1'.repeat(257)}`],
    ['33 members', Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(',')],
  ])('is left out as a whole: %s', (_, header) => {
    expect(state(header)).toBe('');
  });

  it('of more than 512 characters loses long members first, and then the last', () => {
    const long = `long=${'x'.repeat(200)}`;
    const short = Array.from({ length: 20 }, (_, index) => `key-${String(index).padStart(2, '0')}=${'y'.repeat(23)}`);
    expect(state([long, ...short.slice(0, 16)].join(','))).toBe(short.slice(0, 16).join(','));
    expect(state(short.join(','))).toBe(short.slice(0, 16).join(','));
  });
});

describe('a trace context', () => {
  it('is never longer than what may be sent on, and comes out of itself again', () => {
    const member = fc.tuple(fc.stringMatching(/^[a-z]{1,9}$/), fc.stringMatching(/^[!-+]{1,200}$/)).map((pair) => pair.join('='));
    const header = fc.oneof(
      fc.string(),
      fc.array(member, { maxLength: 40 }).map((members) => members.join(',')),
    );
    assertProperty(
      fc.property(fc.oneof(fc.string(), fc.constant(parent)), header, (traceparent, tracestate) => {
        const context = parseTraceContext(traceparent, tracestate);
        if (context === undefined) return;
        expect(context.traceparent).toHaveLength(55);
        expect(context.tracestate.length).toBeLessThanOrEqual(512);
        expect(parseTraceContext(context.traceparent, context.tracestate)).toEqual(context);
      }),
    );
  });
});
