import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { inheritedEnvironment, serverMain } from './server.ts';

export interface CliOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** The folder that it runs in. */
  readonly folder?: string;
  /** Whether standard output is read; if not, its reader is gone from the start. True by default. */
  readonly readsLog?: boolean;
}

/** How a run of `clarion` ended. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `clarion` that runs until it is told to stop. Ends with the test that started it. */
export interface CliRun {
  readonly pid: number;
  readonly ended: Promise<CliResult>;
  /** What was written to standard output so far. */
  stdout(): string;
  /** What was written to standard error so far. */
  stderr(): string;
}

/** Starts `clarion` with these arguments, without anything in the environment that would configure it. */
export function startCli(args: readonly string[], { environment, folder, readsLog = true }: CliOptions = {}): CliRun {
  const child = spawn(process.execPath, [serverMain(), ...args], {
    env: { ...inheritedEnvironment(), ...environment },
    ...(folder === undefined ? {} : { cwd: folder }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (!readsLog) child.stdout.destroy();
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const ended = once(child, 'close').then(([code]): CliResult => ({ code, ...output }));
  onTestFinished(() => kill(child, ended));
  return { pid: child.pid ?? 0, ended, stdout: () => output.stdout, stderr: () => output.stderr };
}

/** Runs `clarion` to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).ended;
}

async function kill(child: ChildProcess, ended: Promise<CliResult>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await ended;
}
