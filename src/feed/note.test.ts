import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { readNote } from './note.ts';

describe('a note', () => {
  const stats = {
    node: 'n:1',
    connections: 1,
    channels: 1,
    subscriptions: 1,
    unsent_bytes: 0,
    per_second: null,
    slowest_sockets: [{ socket_id: '1.1', unsent_bytes: 5, subscriptions: 1, node: 'n:1' }],
    largest_channels: [{ name: 'a', subscriptions: 1, messages_per_second: 0 }],
    busiest_channels: [],
  };

  it.each([
    { type: 'watch', from: 'n', reader: 'r', appId: '1', wishes: { channel: 'a' } },
    { type: 'leave', from: 'n', reader: 'r' },
    { type: 'lines', from: 'n', reader: 'r', lines: [{ time: 't', node: 'n', kind: 'connected' }], leftOut: 1 },
    { type: 'survey', from: 'n', survey: 's', appId: '1' },
    { type: 'surveyed', from: 'n', survey: 's', stats },
  ])('is read as it was written: $type', (note) => {
    expect(readNote(JSON.stringify(note))).toEqual(note);
  });

  it.each([
    'no JSON',
    'null',
    '{"type":"watch"}',
    JSON.stringify({ type: 'toString', from: 'n' }),
    JSON.stringify({ type: 'watch', from: 'x'.repeat(65), reader: 'r', appId: '1' }),
    JSON.stringify({ type: 'lines', from: 'n', reader: 'r', lines: {}, leftOut: 1 }),
    JSON.stringify({ type: 'surveyed', from: 'n', survey: 's', stats: { ...stats, connections: -1 } }),
    JSON.stringify({
      type: 'surveyed',
      from: 'n',
      survey: 's',
      stats: { ...stats, largest_channels: new Array(21).fill(stats.largest_channels[0]) },
    }),
  ])('is nothing when it says %s', (text) => {
    expect(readNote(text)).toBeUndefined();
  });

  it('never makes the reader throw', () => {
    const type = fc.constantFrom('watch', 'leave', 'lines', 'survey', 'surveyed');
    const hostile = fc.record({
      type,
      from: fc.constant('n'),
      reader: fc.jsonValue(),
      appId: fc.jsonValue(),
      wishes: fc.jsonValue(),
      lines: fc.jsonValue(),
      stats: fc.jsonValue(),
      survey: fc.constant('s'),
    });
    assertProperty(fc.property(hostile, (note) => void readNote(JSON.stringify(note))));
  });
});
