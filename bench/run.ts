import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Arguments, parseArguments, usage } from './arguments.ts';
import { chooseCores, pin } from './measure/cores.ts';
import { comparison } from './report/compare.ts';
import { loadResult } from './report/load.ts';
import { publish } from './report/publish.ts';
import type { RunResult } from './report/result.ts';
import { heading, rowsOf } from './report/rows.ts';
import { textTable } from './report/table.ts';
import { scenarios } from './scenarios/all.ts';
import { runSession } from './session.ts';

const exitCodes = { met: 0, missed: 1, unusable: 2, interrupted: 130 } as const;
/** This file runs from `build/bench`; sources and results are in `bench`. */
const benchFolder = fileURLToPath(new URL('../../bench/', import.meta.url));

try {
  process.exitCode = await main(parseArguments(process.argv.slice(2)));
} catch (fault) {
  console.error(fault instanceof Error ? fault.message : fault);
  process.exitCode = exitCodes.unusable;
}

/** Returns the exit code. */
async function main(options: Arguments): Promise<number> {
  if (options.help) console.log(usage);
  else if (options.list) console.log(scenarios.map(({ name }) => name).join('\n'));
  else if (options.compare) console.log(comparison(...loadBoth(options.positionals)));
  else return measure(options);
  return exitCodes.met;
}

function loadBoth([a = '', b = '']: readonly string[]): [a: RunResult, b: RunResult] {
  return [loadResult(a), loadResult(b)];
}

async function measure(options: Arguments): Promise<number> {
  if (process.platform !== 'linux') throw new Error('CPU time and memory are read from /proc, which takes Linux');
  // Servers and generators end with this process, so that nothing is left behind.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(exitCodes.interrupted));
  const cores = chooseCores();
  pin(cores.generator, process.pid);
  const result = await runSession(options, cores);
  const file = options.out ?? `${benchFolder}results/${options.publish ? 'published' : 'latest'}.json`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 1)}\n`);
  console.log(textTable(heading, rowsOf(result)));
  for (const { name, fault } of result.faults) console.log(`\n${name} could not be measured: ${fault}`);
  for (const { name, reason } of result.skipped) console.log(`\n${name} was skipped: ${reason}`);
  if (!result.machine.isPinned) console.log('\nNothing was pinned: server and generator shared their cores.');
  console.log(`\nWritten to ${file} after ${result.seconds} s`);
  if (options.publish) publish(result, benchFolder);
  return isAllMet(result) ? exitCodes.met : exitCodes.missed;
}

function isAllMet({ scenarios: results, faults }: RunResult): boolean {
  return faults.length === 0 && results.every(({ goals }) => goals.every(({ isMet }) => isMet));
}
