import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Core, pinned } from '../measure/cores.ts';
import type { NodeCommand, NodeReply, NodeSettings } from './command.ts';

const program = fileURLToPath(new URL('main.js', import.meta.url));
const timeoutMilliseconds = 60_000;

/** A handle on a process that holds the drivers of one node. */
export class DriverNode {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when the node has entered the cluster. */
  static async start(settings: NodeSettings, core: Core): Promise<DriverNode> {
    const [command, ...rest] = pinned(core, [process.execPath, program, JSON.stringify(settings)]);
    const node = new DriverNode(spawn(command, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    await node.#reply('start');
    return node;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** One command at a time. Rejects when it fails or takes longer than a minute. */
  do(command: NodeCommand): Promise<void> {
    const reply = this.#reply(command.verb);
    this.#child.send(command);
    return reply;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  #reply(verb: string): Promise<void> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const settle = (fault: string | undefined): void => {
        clearTimeout(timer);
        child.off('message', onReply).off('exit', onExit);
        if (fault === undefined) resolve();
        else reject(new Error(fault));
      };
      const onReply = (reply: NodeReply): void => settle('fault' in reply ? `${verb}: ${reply.fault}` : undefined);
      const onExit = (): void => settle(`The node ended during "${verb}"`);
      const timer = setTimeout(() => settle(`"${verb}" took longer than a minute`), timeoutMilliseconds);
      child.on('message', onReply).on('exit', onExit);
    });
  }
}
