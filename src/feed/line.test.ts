import { expect, it } from 'vitest';
import { lineOf, readLine } from './line.ts';

const options = { node: 'n:1', now: 0, dataBytes: 0 };
const event = { type: 'triggered', appId: '1', channels: ['a'], event: 'e', data: 'äöü' } as const;

it('says nothing of a field that it does not know', () => {
  const surprising = { ...event, token: 'secret', appId: 'x' };
  expect(lineOf(surprising, options)).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    node: 'n:1',
    kind: 'triggered',
    channel: 'a',
    event: 'e',
    data_bytes: 6,
  });
});

it('cuts data between characters', () => {
  const cut = [0, 1, 2, 3, 4, 6, 9].map((dataBytes) => lineOf(event, { ...options, dataBytes }).data);
  expect(cut).toEqual([undefined, '', 'ä', 'ä', 'äö', 'äöü', 'äöü']);
});

it('reads its own lines as they were', () => {
  const line = lineOf({ ...event, channels: ['a', 'b'] }, { ...options, dataBytes: 100 });
  expect(readLine(JSON.parse(JSON.stringify(line)))).toEqual(line);
});

it.each([null, 'text', [], {}, { time: 'now', node: 'n', kind: 'unheard-of' }, { time: 1, node: 'n', kind: 'triggered' }])(
  'takes %j for no line',
  (value) => {
    expect(readLine(value)).toBeUndefined();
  },
);

it('takes over only what a line may hold', () => {
  const line = { time: 't', node: 'n', kind: 'triggered', channels: [1], event: { a: 1 }, secret: 's', reason: 'x'.repeat(5000) };
  const read = readLine(line);
  expect(Object.keys(read ?? {})).toEqual(['time', 'node', 'kind', 'reason']);
  expect(read?.reason?.length).toBeLessThan(1100);
});
