import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of a process so far, of all its living threads. Node's threads live as long as the process. */
export function cpuMicroseconds(pid: number): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`)
    .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ', 1))
    .reduce((sum, [onCpu]) => sum + Number(onCpu), 0);
  return nanoseconds / 1000;
}

/** Resident memory of a process. */
export function residentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}

/** CPU time of the whole machine so far, without idling; a resolution of 10 ms. */
export function machineMicroseconds(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  const [user = 0, nice = 0, system = 0, , , interrupt = 0, softInterrupt = 0, stolen = 0] = line.trim().split(/\s+/).slice(1).map(Number);
  return (user + nice + system + interrupt + softInterrupt + stolen) * 10_000;
}
