import { cpus, release } from 'node:os';
import type { Arguments } from './arguments.ts';
import { allowedCores, type Cores } from './measure/cores.ts';
import { Progress } from './report/progress.ts';
import type { RunResult, ScenarioFault, ScenarioResult, SkippedScenario } from './report/result.ts';
import { type Performance, perform } from './scenarios/perform.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { selectScenarios, selectSubject } from './select.ts';
import { floor } from './targets/kinds.ts';
import { isInstalled, type Program } from './targets/programs.ts';

/** Measures all selected scenarios, one after the other. One that fails is reported and does not stop the others. Throws when there are none. */
export async function runSession(options: Arguments, cores: Cores): Promise<RunResult> {
  const subject = selectSubject(options, cores);
  const selected = selectScenarios(options, subject);
  warnOfSharedCore(options, cores);
  const skipped = selected.flatMap(withoutProgram);
  const possible = selected.filter(({ name }) => !skipped.some((scenario) => scenario.name === name));
  const repetitions = options.repetitions ?? (options.quick ? 3 : 4);
  const date = new Date().toISOString();
  const startedAt = performance.now();
  const results = await performAll(possible, { subject, floor: floor(cores.server), cores, repetitions, isQuick: options.quick });
  return {
    format: 1,
    date,
    mode: options.quick ? 'quick' : 'full',
    subject: subject.name,
    repetitions,
    machine: describeMachine(cores),
    ...results,
    skipped,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  };
}

/** A peer is not moved: it is somebody else's. */
function warnOfSharedCore({ pid }: Arguments, { server, generator }: Cores): void {
  if (pid === undefined || generator === undefined || !allowedCores(pid).includes(generator)) return;
  console.error(`Process ${pid} may run on the generator's core. To move it: taskset -a -c -p ${server} ${pid}`);
}

async function performAll(
  selected: readonly Scenario[],
  surroundings: Omit<Performance, 'onStep'>,
): Promise<Pick<RunResult, 'scenarios' | 'faults'>> {
  const progress = new Progress(selected.length, process.stderr);
  const results: ScenarioResult[] = [];
  const faults: ScenarioFault[] = [];
  for (const scenario of selected) {
    const { name } = scenario;
    progress.begin(name);
    try {
      results.push(await perform(scenario, { ...surroundings, onStep: (detail) => progress.step(name, detail) }));
    } catch (fault) {
      faults.push({ name, fault: fault instanceof Error ? fault.message : String(fault) });
    }
  }
  progress.end();
  return { scenarios: results, faults };
}

/** The same program is looked for once per scenario: there are few. */
function withoutProgram({ name, program }: Scenario): readonly SkippedScenario[] {
  return program === undefined || isInstalled(program) ? [] : [{ name, reason: `${program} is not installed${remedies[program]}` }];
}

const remedies: Readonly<Record<Program, string>> = {
  'redis-server': ' (apt-get install redis-server, or REDIS_SERVER_BIN=/path/to/redis-server)',
  openssl: '',
};

function describeMachine(cores: Cores): RunResult['machine'] {
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    isPinned: cores.server !== undefined,
    kernel: release(),
    node: process.versions.node,
  };
}
