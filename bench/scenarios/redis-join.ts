import { withCluster } from '../drivers/cluster.ts';
import type { NodeCommand } from '../drivers/command.ts';
import { commandsDuring } from '../drivers/command-count.ts';
import { median } from '../measure/metrics.ts';
import type { Scenario, Surroundings, Trial } from './scenario.ts';

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
    name: 'bus: 10000 joins of one channel, occupancy operations',
    unit: 'join',
    ...shared,
    subject: counting('hincrby', (nth) => ({ verb: 'crowd', channel: `crowd-${nth}`, sockets: 10_000 })),
    goals,
  },
];
