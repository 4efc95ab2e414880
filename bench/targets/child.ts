import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Credentials } from '../generator/sign.ts';
import { type Core, pinned } from '../measure/cores.ts';
import { familyOf } from '../measure/usage.ts';
import type { Target } from './target.ts';

const leash = fileURLToPath(new URL('leash.js', import.meta.url));
const startMilliseconds = 15_000;
const stopMilliseconds = 5_000;

/** Starts a Node program that logs JSON lines to its standard output, one of them with `msg` "listening" and the port. */
export async function startChild(program: readonly string[], credentials: Credentials, core: Core): Promise<Target> {
  const [command, ...rest] = pinned(core, [process.execPath, '--import', leash, ...program]);
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], env: environment() });
  try {
    const { port, metricsPort } = await listeningPorts(child);
    child.stdout?.resume();
    const address = { host: '127.0.0.1', port };
    return {
      address,
      clientAddresses: [address],
      credentials,
      ...(metricsPort === undefined ? {} : { metricsPort }),
      pids: child.pid === undefined ? [] : familyOf(child.pid),
      async collectGarbage() {
        const collected = once(child, 'message');
        child.send('collect garbage');
        await collected;
      },
      stop: () => stop(child),
    };
  } catch (fault) {
    child.kill('SIGKILL');
    throw fault;
  }
}

/** Nothing of the caller's environment may configure the server. Several run at once, each with its metrics. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, NODE_ENV: 'production', CLARION_METRICS_PORT: '0' };
}

async function listeningPorts(child: ChildProcess): Promise<Ports> {
  if (child.stdout === null) throw new Error('The server has no output');
  const timer = setTimeout(() => child.kill('SIGKILL'), startMilliseconds);
  try {
    const lines: string[] = [];
    let metricsPort: number | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      metricsPort ??= portOf(line, 'metrics listening');
      const port = portOf(line, 'listening');
      if (port !== undefined) return { port, metricsPort };
    }
    throw new Error(`The server ended before it listened:\n${lines.join('\n')}`);
  } finally {
    clearTimeout(timer);
  }
}

interface Ports {
  readonly port: number;
  readonly metricsPort: number | undefined;
}

function portOf(line: string, message: string): number | undefined {
  if (!line.startsWith('{')) return undefined;
  const { msg, port } = JSON.parse(line);
  return msg === message ? Number(port) : undefined;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMilliseconds);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  clearTimeout(timer);
}
