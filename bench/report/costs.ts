import type { MetricName } from '../measure/metrics.ts';
import type { RunResult } from './result.ts';

/** Of the subject, where no side is named. */
type Source = readonly [scenario: string, metric: MetricName, side?: 'subject' | 'reference'];

const cpu = 'cpuMicroseconds';

/** Where each cost is measured. CPU times in microseconds, memory in bytes. */
const alone = {
  /** A delivered frame when events come one at a time, on a server with so many sockets that none is warm when its turn comes. */
  lonelyFrame: ['fan-out 5000 x 100 B x 1', cpu],
  /** A delivered frame on a busy channel. */
  busyFrame: ['fan-out 1000 x 100 B x 16', cpu],
  /** Its bytes. */
  frameBytes: ['fan-out 1000 x 100 B x 16', 'bytesPerFrame'],
  trigger: ['trigger 100 B, no subscribers', cpu],
  connection: ['connect + subscribe, signed', cpu],
  idleBytes: ['15000 idle connections', 'residentBytes'],
} as const satisfies Record<string, Source>;

const secure = {
  secureFrame: ['TLS, fan-out 500 x 100 B x 1', cpu],
  /** The same without TLS. */
  plainFrame: ['TLS, fan-out 500 x 100 B x 1', cpu, 'reference'],
  secureConnection: ['TLS, connect + subscribe', cpu],
} as const satisfies Record<string, Source>;

const shared = {
  triggerOfTwo: ['2 workers, trigger 100 B, no subscribers', cpu],
  triggerOfFour: ['4 workers, trigger 100 B, no subscribers', cpu],
  parentOfTwo: ['2 workers, trigger 100 B, no subscribers', 'parentMicroseconds'],
  parentOfFour: ['4 workers, trigger 100 B, no subscribers', 'parentMicroseconds'],
  busyFrame: ['4 workers, fan-out 500 x 100 B x 16', cpu],
} as const satisfies Record<string, Source>;

const overRedis = {
  publish: ['bus: 2 nodes, 8 partitions', cpu],
  receive: ['bus: 2 nodes, 8 partitions', 'receiverMicroseconds'],
  redisOfTwo: ['bus: 2 nodes, 8 partitions', 'redisMicroseconds'],
  redisOfFour: ['bus: 4 nodes, 8 partitions', 'redisMicroseconds'],
  publishAsleep: ['bus: 2 nodes, 1 partition, asleep between batches', cpu],
  receiveAsleep: ['bus: 2 nodes, 1 partition, asleep between batches', 'receiverMicroseconds'],
  redisAsleep: ['bus: 2 nodes, 1 partition, asleep between batches', 'redisMicroseconds'],
} as const satisfies Record<string, Source>;

type Costs<Sources> = { readonly [name in keyof Sources]: number };

export type CoreCosts = Costs<typeof alone>;
export type TlsCosts = Costs<typeof secure>;
export type WorkerCosts = Costs<typeof shared>;
export type RedisCosts = Costs<typeof overRedis>;

/** What a run tells of the costs; a part is `undefined` when one of its scenarios was not measured. */
export interface RunCosts {
  readonly core: CoreCosts | undefined;
  readonly tls: TlsCosts | undefined;
  readonly workers: WorkerCosts | undefined;
  readonly redis: RedisCosts | undefined;
}

export function costsOf(run: RunResult): RunCosts {
  return { core: read(run, alone), tls: read(run, secure), workers: read(run, shared), redis: read(run, overRedis) };
}

function read<Sources extends Record<string, Source>>({ scenarios }: RunResult, sources: Sources): Costs<Sources> | undefined {
  const found = Object.entries<Source>(sources).map(([name, [scenario, metric, side = 'subject']]) => [
    name,
    scenarios.find((result) => result.name === scenario)?.[side]?.median[metric],
  ]);
  return found.every(([, value]) => value !== undefined) ? (Object.fromEntries(found) as Costs<Sources>) : undefined;
}
