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

/** How often one usable core does what costs so much. */
export function perCore(microseconds: number): number {
  return (assumptions.usableShare * microsecondsPerSecond) / microseconds;
}

export function bytesPerConnection({ idleBytes }: CoreCosts): number {
  return idleBytes + assumptions.kernelBytesPerSocket;
}

/** The most events in a second with workers that share no Redis: each worker more makes every event dearer. */
export function eventsOfWorkers({ triggerOfTwo, triggerOfFour }: WorkerCosts, workers: number): number {
  const each = Math.max(0, (triggerOfFour - triggerOfTwo) / 2);
  return workers * perCore(triggerOfTwo + (workers - 2) * each);
}

/** How many connections so many machines hold. */
export function connectionsOf(core: CoreCosts, machines: number): number {
  const { machine, connectionsPerProcess } = assumptions;
  const byMemory = (machine.memoryBytes * machine.usableMemory) / bytesPerConnection(core);
  return machines * Math.min(byMemory, machine.processes * connectionsPerProcess);
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

/** What Redis spends on an event, by how many it is sent to. */
function redisCost({ redisOfTwo, redisOfFour }: RedisCosts, processes: number): number {
  return redisOfTwo + (processes - 2) * Math.max(0, (redisOfFour - redisOfTwo) / 2);
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
  /** Cores that Redis would need if it could use several; above 1 it takes a Redis Cluster. */
  readonly redisCores: number;
}

/** What the population needs. `undefined` when a process would be busy with nothing but receiving what all others publish. */
export function fleetOf(core: CoreCosts, tls: TlsCosts, redis: RedisCosts): Fleet | undefined {
  const { users, secondsBetweenDeliveries, subscribersPerEvent, bytesPerDelivery, returnSeconds } = population;
  const { usableShare, machine, tlsBytesPerSocket, spareMachines, connectionsPerProcess } = assumptions;
  const deliveriesPerSecond = users / secondsBetweenDeliveries;
  const eventsPerSecond = deliveriesPerSecond / subscribersPerEvent;
  const frame = Math.max(core.lonelyFrame, tls.secureFrame);
  const work = (deliveriesPerSecond * frame + eventsPerSecond * (core.trigger + redis.publish)) / microsecondsPerSecond;
  // What each process receives is spent in every one of them, however many there are.
  const left = usableShare - (eventsPerSecond * redis.receive) / microsecondsPerSecond;
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
  };
}
