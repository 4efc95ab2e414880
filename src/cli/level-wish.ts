import { chownSync, closeSync, constants, existsSync, fstatSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogLevel, parseLevel } from '../logs/level.ts';

/**
 * A signal cannot carry a level: it is put into a file of the server's own temporary directory, which services may have for themselves. Returns
 * where; the server takes it away.
 */
export function leaveWish(pid: number, level: LogLevel): string {
  const file = wishFile(directoryOf(pid), pid);
  rmSync(file, { force: true });
  // Never through a link that somebody else has put there.
  writeFileSync(file, level, { flag: 'wx', mode: 0o600 });
  const owner = statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
  if (owner !== undefined && owner !== process.geteuid?.()) chownSync(file, owner, -1); // only root gets here
  return file;
}

/** Takes the level that somebody has left for this process and had the right to: the same user, or root. */
export function takeWish(): LogLevel | undefined {
  const file = wishFile(tmpdir(), process.pid);
  try {
    const wish = readOwn(file);
    rmSync(file);
    return wish;
  } catch {
    return undefined; // there is none, or none that counts
  }
}

function readOwn(file: string): LogLevel | undefined {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { uid, size } = fstatSync(descriptor);
    if (uid !== process.geteuid?.() || size > maxBytes) return undefined;
    return parseLevel(readFileSync(descriptor, 'utf8'));
  } finally {
    closeSync(descriptor);
  }
}

const maxBytes = 16;

function wishFile(directory: string, pid: number): string {
  return join(directory, `clarion-log-level-${pid}`);
}

/** As the server sees it; without /proc as this process does. */
function directoryOf(pid: number): string {
  const own = join(`/proc/${pid}/root`, tmpdir());
  return existsSync(own) ? own : tmpdir();
}
