import { type Metrics, median, medians } from '../measure/metrics.ts';
import type { Goal, Scenario } from '../scenarios/scenario.ts';

/** One side of a scenario: all repetitions, in their order. */
export interface Side {
  readonly label: string;
  readonly target: string;
  readonly median: Metrics;
  readonly repetitions: readonly Metrics[];
}

export interface JudgedGoal extends Goal {
  readonly value: number;
  readonly isMet: boolean;
}

export interface ScenarioResult {
  readonly name: string;
  readonly unit: string;
  readonly subject: Side;
  readonly reference?: Side;
  readonly goals: readonly JudgedGoal[];
}

/** A scenario that could not be measured. */
export interface ScenarioFault {
  readonly name: string;
  readonly fault: string;
}

/** A scenario that this machine cannot run. */
export interface SkippedScenario {
  readonly name: string;
  readonly reason: string;
}

interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** Whether server and generator had a core each. */
  readonly isPinned: boolean;
  readonly kernel: string;
  readonly node: string;
}

/** What a run leaves in `results/`. */
export interface RunResult {
  readonly format: 1;
  readonly date: string;
  readonly mode: 'quick' | 'full';
  readonly subject: string;
  readonly repetitions: number;
  readonly machine: Machine;
  readonly scenarios: readonly ScenarioResult[];
  readonly faults: readonly ScenarioFault[];
  readonly skipped: readonly SkippedScenario[];
  /** How long the run took. */
  readonly seconds: number;
}

/** Repetitions of both sides, in the order in which they were measured. */
export function judge(scenario: Scenario, subject: Omit<Side, 'median'>, reference: Omit<Side, 'median'> | undefined): ScenarioResult {
  const goals = scenario.goals.flatMap((goal): readonly JudgedGoal[] => {
    const value = median(valuesOf(goal, subject, reference));
    return Number.isNaN(value) ? [] : [{ ...goal, value, isMet: value <= goal.atMost }];
  });
  return {
    name: scenario.name,
    unit: scenario.unit,
    subject: withMedian(subject),
    ...(reference === undefined ? {} : { reference: withMedian(reference) }),
    goals,
  };
}

/** Whether every goal lies outside of the middle half of what the repetitions say: more of them would hardly change the verdict. */
export function isDecided(goals: readonly Goal[], subject: Pick<Side, 'repetitions'>, reference: Pick<Side, 'repetitions'> | undefined): boolean {
  return goals.every((goal) => {
    const values = valuesOf(goal, subject, reference).sort((a, b) => a - b);
    const quarter = Math.floor((values.length - 1) / 4);
    const [low, high] = [values[quarter], values[values.length - 1 - quarter]];
    return low === undefined || high === undefined || goal.atMost < low || goal.atMost > high;
  });
}

/** What each repetition says of a goal; of a ratio or a difference, neighbours in time, so that what slows both down cancels out. */
function valuesOf({ metric, kind }: Goal, subject: Pick<Side, 'repetitions'>, reference: Pick<Side, 'repetitions'> | undefined): number[] {
  return subject.repetitions.flatMap((metrics, nth) => {
    const above = metrics[metric];
    if (kind === 'value') return above ?? [];
    const below = reference?.repetitions[nth]?.[metric];
    return above === undefined || below === undefined ? [] : [kind === 'ratio' ? above / below : above - below];
  });
}

function withMedian(side: Omit<Side, 'median'>): Side {
  return { label: side.label, target: side.target, median: medians(side.repetitions), repetitions: side.repetitions };
}
