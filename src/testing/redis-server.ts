import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.ts';

/** The server that tests run: `REDIS_SERVER_BIN`, else the one in the PATH. */
export function serverProgram(): string {
  return process.env.REDIS_SERVER_BIN ?? 'redis-server';
}

export interface RedisServerOptions {
  /** A free one by default. */
  readonly port?: number;
  /** More options of redis-server, as on its command line: `['--requirepass', 'secret']`. */
  readonly args?: readonly string[];
  /** The line of output that tells that the server is ready. */
  readonly readyLine?: RegExp;
}

/** A real Redis on a port of 127.0.0.1 that keeps nothing on disk: after a restart it is empty. To be stopped by the test that started it. */
export class RedisServer {
  readonly port: number;
  readonly #args: readonly string[];
  readonly #readyLine: RegExp;
  readonly #directory: string;
  #child: ChildProcess | undefined;

  private constructor(port: number, directory: string, { args = [], readyLine = /Ready to accept connections/ }: RedisServerOptions) {
    this.port = port;
    this.#directory = directory;
    this.#args = args;
    this.#readyLine = readyLine;
  }

  /** Resolves when the server accepts commands. Rejects, with its output, when it ends before. */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const directory = await mkdtemp(join(tmpdir(), 'clarion-redis-'));
    const server = new RedisServer(options.port ?? (await freePort()), directory, options);
    await server.launch();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** `HOST:PORT`, as the settings of Sentinels and Clusters want it. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Starts it again on its port, empty, after `kill`. */
  async launch(): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#directory, '--save', '', '--appendonly', 'no'];
    const child = spawn(serverProgram(), [...this.#args.filter(isFile), ...options, ...this.#args.filter((arg) => !isFile(arg))], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const killWithUs = (): void => void child.kill('SIGKILL');
    process.once('exit', killWithUs);
    child.once('exit', () => process.off('exit', killWithUs));
    this.#child = child;
    await readyOf(child, this.#readyLine);
  }

  /** Ends it without a goodbye to anybody. Resolves when the process is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Stops its clock and its answers, while its connections stay open. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Ends it and removes what it left on disk. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** A configuration file has to come first on the command line. */
function isFile(arg: string): boolean {
  return arg.startsWith('/') && arg.endsWith('.conf');
}

async function readyOf(child: ChildProcess, readyLine: RegExp): Promise<void> {
  const output: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}:\n${output.join('\n')}`)));
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface(stream).on('line', (line) => {
        if (output.length < 200) output.push(line);
        if (readyLine.test(line)) resolve();
      });
    }
  });
}
