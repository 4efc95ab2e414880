import type { Stats } from '../feed/stats.ts';
import { printable } from './terminal.ts';

/** One look as one line, for a file or a pipe. */
export function describeLine({ time, app, connections, subscriptions, unsent_bytes, per_second, slowest_sockets, nodes }: Stats): string {
  const [slowest] = slowest_sockets;
  const facts: readonly (readonly [name: string, value: string | number])[] = [
    ['app', app],
    ['nodes', nodes.length],
    ['connections', connections],
    ['subscriptions', subscriptions],
    ['unsent_bytes', unsent_bytes],
    ...Object.entries(per_second ?? {}).map(([name, rate]) => [`${name}_per_second`, rate] as const),
    ['slowest_socket', slowest === undefined ? '-' : `${slowest.socket_id}:${slowest.unsent_bytes}`],
  ];
  return printable([time, ...facts.map(([name, value]) => `${name}=${value}`)].join(' '));
}
