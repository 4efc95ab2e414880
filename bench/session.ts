import { cpus, release } from 'node:os';
import type { Arguments } from './arguments.ts';
import type { Cores } from './measure/cores.ts';
import { Progress } from './report/progress.ts';
import type { RunResult, ScenarioFault, ScenarioResult } from './report/result.ts';
import { scenarios } from './scenarios/all.ts';
import { type Performance, perform } from './scenarios/perform.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { isSelected, selectSubject } from './select.ts';
import { floor } from './targets/kinds.ts';

/** Measures all selected scenarios, one after the other. One that fails is reported and does not stop the others. */
export async function runSession(options: Arguments, cores: Cores): Promise<RunResult> {
  const subject = selectSubject(options, cores);
  const selected = scenarios.filter((scenario) => isSelected(scenario, options, subject));
  const repetitions = Number(options.repetitions ?? (options.quick ? 4 : 8));
  const date = new Date().toISOString();
  const results = await performAll(selected, { subject, floor: floor(cores.server), cores, repetitions });
  return {
    format: 1,
    date,
    mode: options.quick ? 'quick' : 'full',
    subject: subject.name,
    repetitions,
    machine: describeMachine(cores),
    ...results,
  };
}

async function performAll(selected: readonly Scenario[], performance: Omit<Performance, 'onStep'>): Promise<Pick<RunResult, 'scenarios' | 'faults'>> {
  const progress = new Progress(selected.length, process.stderr);
  const results: ScenarioResult[] = [];
  const faults: ScenarioFault[] = [];
  for (const scenario of selected) {
    const { name } = scenario;
    progress.begin(name);
    try {
      results.push(await perform(scenario, { ...performance, onStep: (detail) => progress.step(name, detail) }));
    } catch (fault) {
      faults.push({ name, fault: fault instanceof Error ? fault.message : String(fault) });
    }
  }
  progress.end();
  return { scenarios: results, faults };
}

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
