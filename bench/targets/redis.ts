import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { type Core, pinned } from '../measure/cores.ts';
import { commandOf } from './programs.ts';
import { makeScratch } from './scratch.ts';

/** A Redis that keeps nothing on disk. */
export interface RedisTarget {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. It ends with this process at the latest. */
export async function startRedis(core: Core): Promise<RedisTarget> {
  const port = await freePort();
  const { folder, discard } = makeScratch('redis');
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const [command, ...rest] = pinned(core, [commandOf('redis-server'), ...options]);
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      kill();
      await ended;
    }
    discard();
  };
  try {
    await ready(child);
    return { url: `redis://127.0.0.1:${port}`, pid: child.pid ?? 0, stop };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('redis-server has no output');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.includes('Ready to accept connections')) {
      child.stdout.resume();
      return;
    }
  }
  throw new Error(`redis-server ended before it was ready:\n${lines.join('\n')}`);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port');
  return address.port;
}
