import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of processes so far, of all their living threads. Node's threads live as long as the process. */
export function cpuMicroseconds(pids: readonly number[]): number {
  return schedule(pids, ([onCpu]) => onCpu);
}

/** The same with the time in which they were ready to run and had no core: a process that is kept waiting is not idle. */
export function wantedMicroseconds(pids: readonly number[]): number {
  return schedule(pids, ([onCpu, inQueue]) => onCpu + inQueue);
}

/** Resident memory of processes. */
export function residentBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return sum + Number(kibibytes) * 1024;
  }, 0);
}

/** CPU time of the whole machine so far, without idling; a resolution of 10 ms. */
export function machineMicroseconds(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  const [user = 0, nice = 0, system = 0, , , interrupt = 0, softInterrupt = 0, stolen = 0] = line.trim().split(/\s+/).slice(1).map(Number);
  return (user + nice + system + interrupt + softInterrupt + stolen) * 10_000;
}

/** A process and those that it started, and so on. */
export function familyOf(pid: number): readonly number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => parentOf(candidate) === pid);
  return [pid, ...children.flatMap(familyOf)];
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined; // it has ended meanwhile
  }
}

function schedule(pids: readonly number[], part: (times: readonly [onCpu: number, inQueue: number]) => number): number {
  const nanoseconds = pids
    .flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')))
    .map((text) => text.split(' ', 2).map(Number))
    .reduce((sum, [onCpu = 0, inQueue = 0]) => sum + part([onCpu, inQueue]), 0);
  return nanoseconds / 1000;
}
