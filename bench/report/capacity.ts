import { type CoreCosts, costsOf, type RedisCosts, type RunCosts, type TlsCosts, type WorkerCosts } from './costs.ts';
import {
  assumptions,
  bytesPerConnection,
  connectionLimits,
  connectionsOf,
  eventsOfCluster,
  eventsOfWorkers,
  fleetOf,
  loneRedisCost,
  perCore,
  population,
  secureFrame,
} from './model.ts';
import type { RunResult } from './result.ts';
import { markdownTable } from './table.ts';

const { machine, usableShare, reconnectSeconds, eventsPerBatch, connectionsPerProcess } = assumptions;
const gigabyte = 1024 ** 3;
const machineCounts = [2, 4, 8] as const;

/** What cores and machines carry, computed from a run; `undefined` when the run lacks the scenarios of a single core. */
export function capacity(run: RunResult): string | undefined {
  const costs = costsOf(run);
  const { core, tls, redis } = costs;
  if (core === undefined) return undefined;
  return [
    '# Capacity',
    '',
    `Computed by \`npm run bench -- --publish\` from the run of ${run.date.slice(0, 10)} (${run.subject}, ${run.mode}, Node ${run.machine.node}, ${run.machine.processor}). It is an estimate: each row stands alone, and real loads add up.`,
    '',
    ...oneCore(core, tls),
    ...oneMachine(core, costs),
    ...(redis === undefined ? ['Machines over Redis are left out: the run has no figures of it.', ''] : machines(core, redis)),
    ...(redis === undefined || tls === undefined ? [] : millions(core, tls, redis)),
    ...assumptionList(),
  ].join('\n');
}

function oneCore(core: CoreCosts, tls: TlsCosts | undefined): readonly string[] {
  const row = (what: string, microseconds: number, limit: string): readonly string[] => [what, us(microseconds), round(perCore(microseconds)), limit];
  const rows = [
    row('deliveries/s of single events', core.lonelyFrame, 'CPU: one write per socket and event'),
    row('deliveries/s on busy channels', core.busyFrame, 'CPU: one write per socket for 16 events'),
    row('HTTP triggers/s', core.trigger, 'CPU: signature and JSON; deliveries come on top'),
    row('new connections/s', core.connection, 'CPU: handshake and one signed subscription'),
    [`connections back within ${reconnectSeconds} s`, us(core.connection), round(reconnectSeconds * perCore(core.connection)), 'CPU, as above'],
    [
      'idle connections per GB',
      kilobytes(bytesPerConnection(core)),
      round(gigabyte / bytesPerConnection(core)),
      'memory of process and kernel; file descriptors',
    ],
    ...(tls === undefined
      ? []
      : [
          row('deliveries/s of single events over TLS', secureFrame(core, tls), 'CPU: encryption for each socket'),
          row('new connections/s over TLS', tls.secureConnection, 'CPU: key exchange and signature; no session is resumed'),
        ]),
  ];
  return ['## One core', '', markdownTable(['what', 'cost of one', 'one core', 'limited by'], rows), ''];
}

function oneMachine(core: CoreCosts, { workers }: RunCosts): readonly string[] {
  const { processes, memoryBytes } = machine;
  const { ofMemory, ofProcesses } = connectionLimits(core);
  const deliveries = (what: string, microseconds: number): readonly string[] => {
    const perSecond = processes * perCore(microseconds);
    return [what, round(perSecond), `CPU of the workers; ${gigabits(perSecond * core.frameBytes)} of frames`];
  };
  const rows = [
    [
      'connections',
      round(connectionsOf(core, 1)),
      ofMemory <= ofProcesses ? 'memory' : `${round(connectionsPerProcess)} in each process; memory for ${round(ofMemory)}`,
    ],
    deliveries('deliveries/s of single events', core.lonelyFrame),
    ...(workers === undefined ? [] : [deliveries('deliveries/s on busy channels', workers.busyFrame)]),
    ...(workers === undefined ? [] : [triggers(workers)]),
    ['new connections/s', round(processes * perCore(core.connection)), 'CPU of the workers'],
  ];
  return [
    `## One machine of ${machine.cores} cores and ${memoryBytes / gigabyte} GB`,
    '',
    `\`--workers ${processes}\`, no Redis.`,
    '',
    markdownTable(['what', 'at most', 'limited by'], rows),
    '',
  ];
}

function triggers(costs: WorkerCosts): readonly string[] {
  const { ofWorkers, ofParent } = eventsOfWorkers(costs, machine.processes);
  const limit = ofParent < ofWorkers ? `CPU of the workers' parent; that of the workers for ${round(ofWorkers)}` : 'CPU of the workers';
  return ['HTTP triggers/s', round(Math.min(ofWorkers, ofParent)), `${limit}. Each event goes through the parent to every worker`];
}

function machines(core: CoreCosts, redis: RedisCosts): readonly string[] {
  const rows = machineCounts.map((count) => {
    const processes = count * machine.processes;
    const { ofProcesses, ofRedis } = eventsOfCluster(core, redis, processes);
    return [
      `${count}`,
      `${processes}`,
      round(connectionsOf(core, count)),
      round(Math.min(ofProcesses, ofRedis)),
      ofProcesses <= ofRedis ? 'processes' : 'Redis',
      round(ofProcesses),
      gigabits(Math.min(ofProcesses, ofRedis) * processes * core.frameBytes),
      round(processes * perCore(core.lonelyFrame)),
    ];
  });
  const fewest = machineCounts[0] * machine.processes;
  return [
    '## Such machines over one Redis',
    '',
    `In batches of ${eventsPerBatch} and with \`redis.partitions\` set to 8, an event costs ${us(redis.publish)} where it is published, ${us(redis.receive)} in every process, and ${us(redis.redisOfTwo)} of Redis with two processes, ${us(redis.redisOfFour)} with four. These are the most that a busy Redis carries, when events have to wait for it and so share batches. One that comes alone costs about ${us(loneRedisCost(redis, 2))} of Redis with two processes and ${us(loneRedisCost(redis, fewest))} with ${fewest}, so Redis looks busy long before.`,
    '',
    markdownTable(
      ['machines', 'processes', 'connections', 'events/s', 'limited by', 'with enough Redis', 'Redis sends', 'or deliveries/s of single events'],
      rows,
    ),
    '',
    'Every process receives every event, so more machines do not carry more events/s; they carry more connections and deliveries. On a Redis Cluster the shards share the partitions, and with enough of them the limit of the processes is left.',
    '',
  ];
}

function millions(core: CoreCosts, tls: TlsCosts, redis: RedisCosts): readonly string[] {
  const { users, secondsBetweenDeliveries, subscribersPerEvent, bytesPerDelivery, returnSeconds } = population;
  const fleet = fleetOf(core, tls, redis);
  const title = [`## ${users.toLocaleString('en')} concurrent users`, ''];
  if (fleet === undefined) return [...title, 'Every process would be busy with receiving alone.', ''];
  const rows = [
    [
      'memory',
      `${fleet.machinesForMemory} of these machines`,
      `${kilobytes(bytesPerConnection(core) + assumptions.tlsBytesPerSocket)} for each connection`,
    ],
    ['connections', `${fleet.processesForConnections} processes`, `${round(connectionsPerProcess)} in each`],
    [
      'traffic',
      `${fleet.processesForTraffic} processes`,
      `${round(fleet.eventsPerSecond)} events/s, ${round(fleet.deliveriesPerSecond)} deliveries/s over TLS`,
    ],
    ['everybody back at once', `${fleet.processesForReturn} processes`, `${round(users / returnSeconds)} TLS connections/s`],
    [
      'Redis',
      `${fleet.redisCores.toFixed(1)} to ${fleet.redisCoresOfLoneEvents.toFixed(1)} cores at ${usableShare * 100} %`,
      fleet.redisCoresOfLoneEvents <= 1
        ? 'one Redis will do'
        : `full batches, or events that come alone: more than one core takes a Redis Cluster, by partitions`,
    ],
    ['network', gigabits(fleet.bytesPerSecond), 'to the users, of all machines together'],
    ['**in all**', `**${fleet.machines} machines**`, `${fleet.processes} processes, one machine to spare`],
  ];
  return [
    ...title,
    `Everybody has one TLS connection with one signed channel and gets an event every ${secondsBetweenDeliveries} s, sent to ${subscribersPerEvent} users on average in ${bytesPerDelivery} bytes on the wire; when all are cut off, all are back within ${returnSeconds} s.`,
    '',
    markdownTable(['what', 'needs', 'for'], rows),
    '',
  ];
}

function assumptionList(): readonly string[] {
  const { kernelBytesPerSocket, tlsBytesPerSocket } = assumptions;
  return [
    '## Assumptions',
    '',
    `- ${usableShare * 100} % of a core may be busy; the rest is for bursts.`,
    `- An idle TCP socket takes ${kernelBytesPerSocket} bytes of kernel memory (counted in /proc/slabinfo with 10,000 sockets on Linux 6.18). Sockets with unsent data take more.`,
    `- An idle TLS session takes ${tlsBytesPerSocket} bytes more. This was not measured.`,
    `- A machine has ${machine.cores} cores of the kind measured, of which ${machine.processes} run a server process each and the others the kernel's network and the rest; ${machine.usableMemory * 100} % of its memory may be used, and its file descriptors suffice.`,
    `- A process should hold ${connectionsPerProcess.toLocaleString('en')} connections at most, because all of them come back at once when it dies. Measured are 15,000.`,
    '- Processes share the work evenly, and a core is as fast when all of them work as when one does.',
    '- Single events find sockets that are not warm: measured with 5,000 on one channel. On busy channels each write carries 16 events, as in the closed loop with 16 in flight; between the two lies what the delivery window finds to gather.',
    `- The most events/s come ${eventsPerBatch} to a batch. The users' events come alone: each costs a node and Redis as much as a whole batch, measured with one partition whose nodes sleep in between. Redis needs less when it is busy, because it joins writes then.`,
    '- What an event costs grows by as much with each process more as it was measured to grow from two to four.',
    '- Network cards carry what the tables name, and the headers of TCP with it.',
    '- Not counted: what channels that come and go cost Redis, webhooks, heartbeats (who gets an event every 10 s needs none), and the application that signs subscriptions.',
    '- Loopback: a network card moves part of the work into interrupts and adds its own.',
    '',
  ];
}

function gigabits(bytesPerSecond: number): string {
  return `${((bytesPerSecond * 8) / 1e9).toFixed(1)} Gbit/s`;
}

function us(microseconds: number): string {
  return `${microseconds.toFixed(2)} us`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}

/** Two digits: more would pretend. */
function round(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en');
}
