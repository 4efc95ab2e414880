import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { connectionUrl, type Query } from './target.ts';

/** A server in a process of its own. */
export interface TestServer {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  readonly httpUrl: string;
  /** Everything written to standard output so far, line by line; the array grows. */
  readonly lines: readonly string[];
  /** The same for standard error. */
  readonly errorLines: readonly string[];
  /** The exit code; `null` when a signal ended the process. */
  readonly exited: Promise<number | null>;
  wsUrl(key: string, query?: Query): string;
  /** Resolves with the first line, past or future, that matches; rejects when the process ends without it. */
  line(matches: (line: string) => boolean): Promise<string>;
  /** Sends a signal (SIGTERM by default) and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface StartOptions {
  /** Further arguments of `clarion start`. */
  readonly arguments?: readonly string[];
  /** Further environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The limit of file descriptors. */
  readonly maxOpenFiles?: number;
}

const host = '127.0.0.1';
const startTimeoutMilliseconds = 20_000;
const stopTimeoutMilliseconds = 30_000;

/** Variables of the shell that runs the tests must not configure the servers under test. */
const inheritedNames = /^(?!CLARION_|REVERB_|PUSHER_|SOKETI_|NODE_ENV$|NODE_OPTIONS$|VITEST)/;

/**
 * Starts `clarion start` on a free port of 127.0.0.1 with a configuration file that holds `config`, and resolves once it listens. Rejects with
 * the output when the process ends before that. Whoever starts a server stops it.
 */
export async function startServer(config: object = {}, options: StartOptions = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'clarion-'));
  const file = join(folder, 'clarion.json');
  writeFileSync(
    file,
    JSON.stringify({
      log: { level: 'info', pretty: false },
      metrics: { enabled: false },
      ...config,
      server: { host, port: 0, ...serverPart(config) },
    }),
  );
  const command = [process.execPath, serverMain(), 'start', '--config', file, ...(options.arguments ?? [])];
  const [program = '', ...args] = options.maxOpenFiles === undefined ? command : limited(options.maxOpenFiles, command);
  const child = spawn(program, args, {
    env: { ...inheritedEnvironment(), ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const exited = output.exited.finally(() => rmSync(folder, { recursive: true, force: true }));
  try {
    const listening = await output.line((line) => parseLog(line)?.msg === 'listening', startTimeoutMilliseconds);
    return testServer(child, output, exited, Number(parseLog(listening)?.port));
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** A line of the log as an object; `undefined` when it is not JSON. */
export function parseLog(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The file to run. SERVER_MAIN names another build, for example an unpacked release. */
export function serverMain(): string {
  return resolve(process.env.SERVER_MAIN ?? 'dist/cli/main.js');
}

/** The environment without anything that a Clarion server would read. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => inheritedNames.test(name)));
}

/** The command under a limit, in the same process. */
function limited(maxOpenFiles: number, command: readonly string[]): readonly string[] {
  return ['sh', '-c', `ulimit -n ${maxOpenFiles} && exec "$@"`, 'sh', ...command];
}

function serverPart(config: object): object {
  return 'server' in config && typeof config.server === 'object' && config.server !== null ? config.server : {};
}

function testServer(child: ChildProcess, output: Output, exited: Promise<number | null>, port: number): TestServer {
  const httpUrl = `http://${host}:${port}`;
  return {
    host,
    port,
    pid: child.pid ?? 0,
    httpUrl,
    lines: output.lines,
    errorLines: output.errorLines,
    exited,
    wsUrl: (key, query) => connectionUrl(httpUrl, key, query),
    line: (matches) => output.line(matches, startTimeoutMilliseconds),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMilliseconds);
      return exited.finally(() => clearTimeout(timer));
    },
  };
}

interface Output {
  readonly lines: string[];
  readonly errorLines: string[];
  readonly exited: Promise<number | null>;
  line(matches: (line: string) => boolean, timeoutMilliseconds: number): Promise<string>;
}

function collect(child: ChildProcess): Output {
  const lines: string[] = [];
  const errorLines: string[] = [];
  const watchers = new Set<() => void>();
  const check = (): void => {
    for (const watcher of watchers) watcher();
  };
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      check();
    });
  }
  if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', (line) => errorLines.push(line));
  const exited = new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done(code));
  });
  const line = (matches: (line: string) => boolean, timeoutMilliseconds: number): Promise<string> =>
    new Promise((done, failed) => {
      const said = (): string => [...lines, ...errorLines].join('\n');
      const timer = setTimeout(() => end(() => failed(new Error(`The server did not say it in time. Its output:\n${said()}`))), timeoutMilliseconds);
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        watchers.delete(watcher);
        settle();
      };
      const watcher = (): void => {
        const found = lines.find(matches);
        if (found !== undefined) end(() => done(found));
      };
      watchers.add(watcher);
      exited.then((code) => end(() => failed(new Error(`The server ended with ${code}. Its output:\n${said()}`))), failed);
      watcher();
    });
  return { lines, errorLines, exited, line };
}
