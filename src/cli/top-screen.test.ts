import { expect, it } from 'vitest';
import type { Stats } from '../feed/stats.ts';
import { describeScreen } from './top-screen.ts';

const channel = (index: number) => ({ name: `channel-${index}`, subscriptions: 20 - index, messages_per_second: 0.5 });

const stats: Stats = {
  app: '1',
  time: '2026-01-02T03:04:05.678Z',
  connections: 1234,
  subscriptions: 5678,
  unsent_bytes: 12_345,
  per_second: { connected: 1, disconnected: 2, subscribed: 3, messages: 4, client_events: 5, refused: 6 },
  slowest_sockets: [{ socket_id: '1.2', user_id: 'ann', unsent_bytes: 12_345, subscriptions: 3, node: 'n:1' }],
  largest_channels: Array.from({ length: 20 }, (_, index) => channel(index)),
  busiest_channels: [],
  nodes: [{ node: 'n:1', connections: 1234, channels: 20, subscriptions: 5678, unsent_bytes: 12_345, per_second: null }],
};

const textOf = (rows: number) => describeScreen(stats, rows).map(({ text }) => text);

it('fits any terminal, and fills a large one', () => {
  for (const rows of [1, 5, 10, 15, 24, 60, 200]) expect(textOf(rows).length).toBeLessThanOrEqual(rows);
  expect(textOf(60).filter((line) => line.startsWith('channel-'))).toHaveLength(20);
});

it('gives the rows that one list leaves to the others', () => {
  const lines = textOf(24);
  expect(lines.filter((line) => line.startsWith('channel-')).length).toBeGreaterThan(5);
  expect(lines.some((line) => line.startsWith('1.2'))).toBe(true);
});

it('shows the sums, and dashes for what is unknown or empty', () => {
  const lines = textOf(60);
  expect(lines[0]).toContain('03:04:05');
  expect(lines[1]).toBe('connections 1,234   subscriptions 5,678   unsent 12 kB');
  expect(lines[2]).toContain('client events 5');
  expect(lines).toContain('-');
});
