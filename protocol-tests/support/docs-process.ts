import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program that was started for a page. */
export interface DocsProcess {
  readonly output: () => string;
  readonly ended: Promise<number | null>;
  /** Resolves once the output contains the text, or the program has ended. */
  said(text: string): Promise<void>;
  /** Interrupts it, and resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Ends it at once, with its children. */
  kill(): void;
}

/** Starts a program; the group of processes is its own, so that a shell's children end with it. */
export function startProcess(command: readonly string[], options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): DocsProcess {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const watchers = new Set<() => void>();
  const collect = (chunk: string) => {
    output += chunk;
    for (const watcher of watchers) watcher();
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  const ended = once(child, 'close').then(([code]): number | null => code);
  return {
    output: () => output,
    ended,
    said: (text) => {
      const seen = new Promise<void>((done) => {
        const watcher = () => {
          if (!output.includes(text)) return;
          watchers.delete(watcher);
          done();
        };
        watchers.add(watcher);
        watcher();
      });
      return Promise.race([seen, ended.then(() => undefined)]);
    },
    stop: () => {
      signal(child, 'SIGINT');
      return ended;
    },
    kill: () => signal(child, 'SIGKILL'),
  };
}

function signal({ pid, exitCode, signalCode }: ChildProcess, name: NodeJS.Signals): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, name);
}
