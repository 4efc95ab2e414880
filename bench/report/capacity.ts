import type { MetricName } from '../measure/metrics.ts';
import type { RunResult } from './result.ts';
import { markdownTable } from './table.ts';

/** What the estimate takes for granted beside what was measured. */
const assumptions = {
  /** Of a core, so that bursts find room. */
  usableShare: 0.6,
  /** Kernel memory of an idle TCP socket: socket, inode, file, epoll entry. Counted in /proc/slabinfo with 10,000 sockets on Linux 6.18. */
  kernelBytesPerSocket: 4096,
  reconnectSeconds: 60,
} as const;

const sources = {
  lonelyFrame: ['fan-out 1000 x 100 B x 1', 'cpuMicroseconds'],
  busyFrame: ['fan-out 1000 x 100 B x 16', 'cpuMicroseconds'],
  trigger: ['trigger 100 B, no subscribers', 'cpuMicroseconds'],
  connection: ['connect + subscribe, signed', 'cpuMicroseconds'],
  idleBytes: ['15000 idle connections', 'residentBytes'],
} as const satisfies Record<string, readonly [scenario: string, metric: MetricName]>;

type Costs = { readonly [name in keyof typeof sources]: number };

/** What one core carries, computed from a run; `undefined` when the run lacks a scenario that is needed. */
export function capacity(run: RunResult): string | undefined {
  const costs = costsOf(run);
  if (costs === undefined) return undefined;
  const memory = costs.idleBytes + assumptions.kernelBytesPerSocket;
  const perSecond = (microseconds: number): string => round((assumptions.usableShare * 1e6) / microseconds);
  const rows = [
    ['deliveries/s of single events', `${costs.lonelyFrame.toFixed(2)} us`, perSecond(costs.lonelyFrame), 'CPU: one write per socket and event'],
    ['deliveries/s on busy channels', `${costs.busyFrame.toFixed(2)} us`, perSecond(costs.busyFrame), 'CPU: one write per socket for many events'],
    ['HTTP triggers/s', `${costs.trigger.toFixed(2)} us`, perSecond(costs.trigger), 'CPU: signature and JSON; deliveries come on top'],
    ['new connections/s', `${costs.connection.toFixed(2)} us`, perSecond(costs.connection), 'CPU: handshake and one signed subscription'],
    [
      `connections back within ${assumptions.reconnectSeconds} s of a restart`,
      `${costs.connection.toFixed(2)} us`,
      round((assumptions.usableShare * assumptions.reconnectSeconds * 1e6) / costs.connection),
      'CPU, as above',
    ],
    [
      'idle connections per GB',
      `${(memory / 1024).toFixed(1)} KB`,
      round(1024 ** 3 / memory),
      'memory of the process and of the kernel; file descriptors',
    ],
  ];
  return [
    '# Capacity of one core',
    '',
    `Computed by \`npm run bench -- --publish\` from the run of ${run.date.slice(0, 10)} (${run.subject}, Node ${run.machine.node}, ${run.machine.processor}). Not a measurement: each row stands alone, and real loads add up.`,
    '',
    markdownTable(['what', 'cost of one', 'one core', 'limited by'], rows),
    '',
    'Assumptions:',
    `- ${assumptions.usableShare * 100} % of a core may be busy; the rest is for bursts.`,
    `- An idle TCP socket takes ${assumptions.kernelBytesPerSocket} bytes of kernel memory (counted in /proc/slabinfo with 10,000 sockets on Linux 6.18). Sockets with unsent data take more.`,
    '- Loopback: a network card moves part of the work into interrupts and adds its own; TLS is not included.',
    '- A server process is one core. Several cores, and several machines over Redis, are not part of this estimate: what passes between processes has to be measured first.',
    '',
  ].join('\n');
}

function costsOf({ scenarios }: RunResult): Costs | undefined {
  const found = Object.entries(sources).map(([name, [scenario, metric]]) => [
    name,
    scenarios.find((result) => result.name === scenario)?.subject.median[metric],
  ]);
  return found.every(([, value]) => value !== undefined) ? (Object.fromEntries(found) as Costs) : undefined;
}

/** Two digits: more would pretend. */
function round(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en');
}
