import type { CoreCosts, RedisCosts, TlsCosts, WorkerCosts } from './costs.ts';

/** What the estimate takes for granted beside what was measured. */
export const assumptions = {
  /** Of a core, so that bursts find room. */
  usableShare: 0.6,
  /** Kernel memory of an idle TCP socket: socket, inode, file, epoll entry. Counted in /proc/slabinfo with 10,000 sockets on Linux 6.18. */
  kernelBytesPerSocket: 4096,
  /** Memory of an idle TLS session beside its socket. Not measured. */
  tlsBytesPerSocket: 16_384,
  reconnectSeconds: 60,
  /** In the runs of the bus. */
  eventsPerBatch: 32,
  /** Whoever loses more at once has too much to take back. Measured are 15,000. */
  connectionsPerProcess: 50_000,
  machine: { cores: 16, processes: 14, memoryBytes: 64 * 1024 ** 3, usableMemory: 0.75 },
  /** Of all machines one may be missing. */
  spareMachines: 1,
} as const;

/** A population of users and what it does. */
export const population = {
  users: 2_000_000,
  /** One in so many seconds, to each user. */
  secondsBetweenDeliveries: 10,
  /** Who gets an event, on average. */
  subscribersPerEvent: 10,
  bytesPerDelivery: 300,
  /** In which all users come back after they were all cut off. */
  returnSeconds: 300,
} as const;

const microsecondsPerSecond = 1e6;

/** A delivered frame of a single event over TLS, to a socket that is not warm. */
export function secureFrame({ lonelyFrame }: CoreCosts, { secureFrame, plainFrame }: TlsCosts): number {
  return lonelyFrame + Math.max(0, secureFrame - plainFrame);
}

/** How often one usable core does what costs so much. */
export function perCore(microseconds: number): number {
  return (assumptions.usableShare * microsecondsPerSecond) / microseconds;
}

export function bytesPerConnection({ idleBytes }: CoreCosts): number {
  return idleBytes + assumptions.kernelBytesPerSocket;
}

/** The most events in a second with workers that share no Redis: each worker more makes every event dearer, also for their parent. */
export function eventsOfWorkers(costs: WorkerCosts, workers: number): { readonly ofWorkers: number; readonly ofParent: number } {
  const parent = extrapolate(costs.parentOfTwo, costs.parentOfFour, workers);
  const all = extrapolate(costs.triggerOfTwo, costs.triggerOfFour, workers);
  return { ofWorkers: workers * perCore(all - parent), ofParent: perCore(parent) };
}

/** The cost with so many, from that with two and that with four. */
function extrapolate(ofTwo: number, ofFour: number, many: number): number {
  return ofTwo + (many - 2) * Math.max(0, (ofFour - ofTwo) / 2);
}

/** How many connections a machine holds, by either of the two limits. */
export function connectionLimits(core: CoreCosts): { readonly ofMemory: number; readonly ofProcesses: number } {
  const { machine, connectionsPerProcess } = assumptions;
  const ofMemory = (machine.memoryBytes * machine.usableMemory) / bytesPerConnection(core);
  return { ofMemory, ofProcesses: machine.processes * connectionsPerProcess };
}

/** How many connections so many machines hold. */
export function connectionsOf(core: CoreCosts, machines: number): number {
  const { ofMemory, ofProcesses } = connectionLimits(core);
  return machines * Math.min(ofMemory, ofProcesses);
}

/** Events in a second. */
export interface ClusterLimits {
  /** What the processes can take in and receive. */
  readonly ofProcesses: number;
  /** What one Redis can hand out. */
  readonly ofRedis: number;
}

/** The most events in a second over one Redis: one process takes the request and publishes, all receive, and Redis writes to all. */
export function eventsOfCluster({ trigger }: CoreCosts, redis: RedisCosts, processes: number): ClusterLimits {
  return {
    ofProcesses: processes * perCore(trigger + redis.publish + processes * redis.receive),
    ofRedis: perCore(redisCost(redis, processes)),
  };
}

/** What Redis spends on an event in a full batch, by how many it is sent to. */
function redisCost({ redisOfTwo, redisOfFour }: RedisCosts, processes: number): number {
  return extrapolate(redisOfTwo, redisOfFour, processes);
}

/** What Redis spends on an event that comes alone while it is not busy: as much as on a full batch. */
export function loneRedisCost(redis: RedisCosts, processes: number): number {
  return assumptions.eventsPerBatch * (redis.redisAsleep + redisCost(redis, processes) - redis.redisOfTwo);
}

export interface Fleet {
  readonly eventsPerSecond: number;
  readonly deliveriesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Processes that each task needs by itself. */
  readonly processesForTraffic: number;
  readonly processesForReturn: number;
  readonly processesForConnections: number;
  readonly machinesForMemory: number;
  /** For all of it, one machine being away. */
  readonly machines: number;
  readonly processes: number;
  /** Cores that Redis would need if it could use several, with full batches; above 1 it takes a Redis Cluster. */
  readonly redisCores: number;
  /** The same when each event comes alone. Redis joins writes when it is busy, and then needs less. */
  readonly redisCoresOfLoneEvents: number;
}

/** What the population needs, with events that come alone. `undefined` when a process would be busy with nothing but receiving what all others publish. */
export function fleetOf(core: CoreCosts, tls: TlsCosts, redis: RedisCosts): Fleet | undefined {
  const { users, secondsBetweenDeliveries, subscribersPerEvent, bytesPerDelivery, returnSeconds } = population;
  const { usableShare, machine, tlsBytesPerSocket, spareMachines, connectionsPerProcess, eventsPerBatch } = assumptions;
  const deliveriesPerSecond = users / secondsBetweenDeliveries;
  const eventsPerSecond = deliveriesPerSecond / subscribersPerEvent;
  const frame = secureFrame(core, tls);
  const work = (deliveriesPerSecond * frame + eventsPerSecond * (core.trigger + eventsPerBatch * redis.publishAsleep)) / microsecondsPerSecond;
  // What each process receives is spent in every one of them, however many there are.
  const left = usableShare - (eventsPerSecond * eventsPerBatch * redis.receiveAsleep) / microsecondsPerSecond;
  if (left <= 0) return undefined;
  const processesForTraffic = Math.ceil(work / left);
  const processesForReturn = Math.ceil(users / returnSeconds / perCore(tls.secureConnection));
  const processesForConnections = Math.ceil(users / connectionsPerProcess);
  const memory = users * (bytesPerConnection(core) + tlsBytesPerSocket);
  const machinesForMemory = Math.ceil(memory / (machine.memoryBytes * machine.usableMemory));
  // Not their sum: who is cut off gets no events.
  const machinesForWork = Math.ceil(Math.max(processesForTraffic, processesForReturn, processesForConnections) / machine.processes);
  const machines = Math.max(machinesForMemory, machinesForWork) + spareMachines;
  const processes = machines * machine.processes;
  return {
    eventsPerSecond,
    deliveriesPerSecond,
    bytesPerSecond: deliveriesPerSecond * bytesPerDelivery,
    processesForTraffic,
    processesForReturn,
    processesForConnections,
    machinesForMemory,
    machines,
    processes,
    redisCores: eventsPerSecond / perCore(redisCost(redis, processes)),
    redisCoresOfLoneEvents: eventsPerSecond / perCore(loneRedisCost(redis, processes)),
  };
}
