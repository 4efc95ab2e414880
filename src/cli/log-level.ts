import { existsSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describeLevels, parseLevel } from '../logs/level.ts';
import { type Command, flagValue, UsageError } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { findServers, heedsLevels } from './find-servers.ts';
import { leaveWish } from './level-wish.ts';
import { print } from './terminal.ts';

/** `clarion log-level`: has a server on this machine log more, or less, while it runs. */
export const logLevel: Command = {
  name: 'log-level',
  summary: 'Change how much a running server logs.',
  positionals: { usage: 'LEVEL', least: 1, most: 1 },
  flags: {
    pid: { value: 'PID', description: 'The process of the server; with workers the one that started them. By default the only one on this machine.' },
  },
  details:
    `LEVEL is one of ${describeLevels()}. The next start begins with \`log.level\` again.\n` +
    'Only the user that the server runs as, and root, can do this. `kill -USR2 PID` switches debug on and off.',
  async run(input, terminal) {
    const [text = ''] = input.positionals;
    const level = parseLevel(text);
    if (level === undefined) throw new UsageError(`Unknown level ${text}. There are: ${describeLevels()}.`);
    const pid = findPid(flagValue(input, 'pid'));
    const file = leaveWish(pid, level);
    signal(pid, file);
    if (!(await isTaken(file))) {
      rmSync(file, { force: true });
      throw new Error(`Process ${pid} did not answer. Has it another temporary directory (TMPDIR)? Then only kill -USR2 ${pid} works.`);
    }
    print(terminal, `Process ${pid} logs at level ${level}.`);
    return exitCodes.success;
  },
};

function findPid(text: string | undefined): number {
  if (text !== undefined && !/^[1-9]\d{0,9}$/.test(text)) throw new UsageError('--pid must be the number of a process.');
  const found = text === undefined ? findServers() : [Number(text)];
  const [pid] = found;
  if (pid === undefined) throw new UsageError('No server was found on this machine: say --pid.');
  if (found.length > 1) throw new UsageError(`There are several servers on this machine: say --pid, one of ${found.join(', ')}.`);
  if (!heedsLevels(pid)) throw new Error(`Process ${pid} is no server, or one that is still starting.`); // the signal would end it
  return pid;
}

function signal(pid: number, file: string): void {
  try {
    process.kill(pid, 'SIGUSR2');
  } catch (cause) {
    rmSync(file, { force: true });
    throw new Error(`Process ${pid} does not exist, or is not yours.`, { cause });
  }
}

const lookMilliseconds = 20;
const mostLooks = 150;

async function isTaken(file: string): Promise<boolean> {
  for (let looks = 0; looks < mostLooks; looks += 1) {
    if (!existsSync(file)) return true;
    await delay(lookMilliseconds);
  }
  return false;
}
