import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Arguments, parseArguments, usage } from './arguments.ts';
import { chooseCores, pin } from './measure/cores.ts';
import { comparison } from './report/compare.ts';
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
  else if (options.compare) compare(options.positionals);
  else return measure(options);
  return exitCodes.met;
}

function compare([a, b]: readonly string[]): void {
  if (a === undefined || b === undefined) throw new Error('--compare takes two files');
  console.log(comparison(readResult(a), readResult(b)));
}

async function measure(options: Arguments): Promise<number> {
  // Servers and generators end with this process, so that nothing is left behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(exitCodes.interrupted));
  const cores = chooseCores();
  pin(cores.generator, process.pid);
  const result = await runSession(options, cores);
  const file = options.out ?? `${benchFolder}results/latest.json`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 1)}\n`);
  console.log(textTable(heading, rowsOf(result)));
  for (const { name, fault } of result.faults) console.log(`\n${name} could not be measured: ${fault}`);
  for (const { name, reason } of result.skipped) console.log(`\n${name} was skipped: ${reason}`);
  console.log(`\nWritten to ${file} after ${result.seconds} s`);
  if (options.publish) publish(result, benchFolder);
  return isAllMet(result) ? exitCodes.met : exitCodes.missed;
}

function isAllMet({ scenarios: results, faults }: RunResult): boolean {
  return faults.length === 0 && results.every(({ goals }) => goals.every(({ isMet }) => isMet));
}

function readResult(file: string): RunResult {
  const result: RunResult = JSON.parse(readFileSync(file, 'utf8'));
  if (result.format !== 1) throw new Error(`${file} is not a result of this bench`);
  return result;
}
