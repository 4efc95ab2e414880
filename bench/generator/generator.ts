import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Core, pinned } from '../measure/cores.ts';
import type { Command, GeneratorSettings, Outcome, Reply } from './command.ts';

const program = fileURLToPath(new URL('main.js', import.meta.url));
const timeoutMilliseconds = 60_000;

/** A handle on a generator process. */
export class Generator {
  readonly #child: ChildProcess;

  /** Starts the process on a core; it ends when it is stopped or when this process ends. */
  constructor(settings: GeneratorSettings, core: Core) {
    const [command, ...rest] = pinned(core, [process.execPath, program, JSON.stringify(settings)]);
    this.#child = spawn(command, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** One command at a time. Rejects when it fails or takes longer than a minute. */
  do(command: Command): Promise<Outcome> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        child.off('message', onReply).off('exit', onExit);
        act();
      };
      const onReply = (reply: Reply): void =>
        settle(() => ('outcome' in reply ? resolve(reply.outcome) : reject(new Error(`${command.verb}: ${reply.fault}`))));
      const onExit = (): void => settle(() => reject(new Error(`The generator ended during "${command.verb}"`)));
      const timer = setTimeout(() => settle(() => reject(new Error(`"${command.verb}" took longer than a minute`))), timeoutMilliseconds);
      child.on('message', onReply).on('exit', onExit);
      child.send(command);
    });
  }

  /** Kills the process: the kernel closes all of its connections at once. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
