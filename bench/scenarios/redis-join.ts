import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { withCluster } from '../drivers/cluster.ts';
import type { NodeCommand } from '../drivers/command.ts';
import { commandsDuring } from '../drivers/command-count.ts';
import { type Metrics, median } from '../measure/metrics.ts';
import type { Scenario, Surroundings, Trial } from './scenario.ts';
import type { Stage } from './stage.ts';

const sockets = 10_000;
/** By then the last count was told. */
const gatherMilliseconds = 500;
/** Odd, so that a renewal of the node's lease, which happens now and then, does not count. */
const rounds = 5;

/** Counts what Redis has to do, each time for another channel. */
function counting(command: 'evalsha' | 'hincrby', work: (channel: number) => NodeCommand): Trial {
  return {
    label: 'drivers',
    run: ({ subject, cores }: Surroundings) =>
      withCluster({ sources: subject.sources, redisCore: cores.redis, nodeCores: [cores.server] }, async ({ observer, nodes }) => {
        const counts: number[] = [];
        for (let nth = 0; nth <= rounds; nth++) {
          counts.push(await commandsDuring(observer, command, async () => void (await nodes[0]?.do(work(nth)))));
        }
        return { redisCommands: median(counts.slice(1)) }; // the first one has to load the scripts
      }),
  };
}

/** Sockets that join over some time: the first one is told at once, the count while they come a few times a second. */
async function crowd({ generator, target }: Stage, sockets: number, channel: string): Promise<Metrics> {
  if (target.redis === undefined) throw new Error('There is no Redis');
  const observer = new Redis(target.redis.url);
  try {
    await generator.do({ verb: 'open', connections: sockets, inFlight: 64 });
    const redisCommands = await commandsDuring(observer, 'hincrby', async () => {
      await generator.do({ verb: 'subscribe', channel, inFlight: 1000 });
      await pause(gatherMilliseconds);
    });
    await generator.do({ verb: 'drop' });
    return { redisCommands };
  } finally {
    observer.disconnect();
  }
}

const shared = { isQuick: true, repetitions: 1, needs: 'drivers', program: 'redis-server' } as const;
const goals: Scenario['goals'] = [{ metric: 'redisCommands', kind: 'value', atMost: 1 }];

/** What joining costs Redis. A join of a presence channel is one script, that is one round trip. */
export const redisJoins: readonly Scenario[] = [
  {
    name: 'bus: presence join, round trips',
    unit: 'join',
    ...shared,
    subject: counting('evalsha', (nth) => ({ verb: 'join', channel: `presence-one-${nth}`, members: 1 })),
    goals,
  },
  {
    name: 'bus: 100 presence joins in one tick, round trips',
    unit: 'join',
    ...shared,
    subject: counting('evalsha', (nth) => ({ verb: 'join', channel: `presence-all-${nth}`, members: 100 })),
    goals,
  },
  {
    // A script changes a channel's total by HINCRBY, and public channels have nothing else that is changed by it.
    name: `bus: ${sockets} joins of one channel in one tick, occupancy operations`,
    unit: 'join',
    ...shared,
    subject: counting('hincrby', (nth) => ({ verb: 'crowd', channel: `crowd-${nth}`, sockets })),
    goals,
  },
  {
    name: `${sockets} sockets join one channel of a server, occupancy operations`,
    unit: 'join',
    isQuick: false,
    repetitions: 1,
    needs: 'tuning',
    program: 'redis-server',
    subject: {
      label: 'server',
      target: 'subject',
      tuning: { nodes: 1 },
      prepare: async (stage) => {
        await crowd(stage, 100, 'warm-up');
      },
      measure: (stage) => crowd(stage, sockets, 'crowd'),
    },
    goals: [],
  },
];
