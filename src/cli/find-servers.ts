import { readdirSync, readFileSync } from 'node:fs';

/** What is known of a process, as far as the system has /proc. */
interface Process {
  readonly pid: number;
  readonly parent: number;
}

/** The processes on this machine that run `clarion start`, without the workers of one. Empty where the system does not tell. */
export function findServers(): readonly number[] {
  const found = new Map(processes().map((process) => [process.pid, process]));
  return [...found.values()].filter(({ parent }) => !found.has(parent)).map(({ pid }) => pid);
}

/** Whether the process would survive the signal that changes levels; true where the system does not tell. */
export function heedsLevels(pid: number): boolean {
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(read(`/proc/${pid}/status`))?.[1];
  return caught === undefined || (BigInt(`0x${caught}`) & levelSignalBit) !== 0n;
}

/** SIGUSR2 has the number 12. */
const levelSignalBit = 1n << 11n;

function processes(): readonly Process[] {
  return pids().flatMap((pid) => {
    const words = read(`/proc/${pid}/cmdline`).split('\0');
    const program = words.findIndex((word) => /(^|\/)(clarion|cli\/main\.js)$/.test(word));
    if (program < 0 || words[program + 1] !== 'start') return [];
    return [{ pid, parent: Number(/^PPid:\s*(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1]) }];
  });
}

function pids(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** Empty when there is no such process, or not for this user. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
