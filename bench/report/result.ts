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
    const value = goal.kind === 'value' ? medians(subject.repetitions)[goal.metric] : compared(goal, subject, reference);
    return value === undefined || Number.isNaN(value) ? [] : [{ ...goal, value, isMet: value <= goal.atMost }];
  });
  return {
    name: scenario.name,
    unit: scenario.unit,
    subject: withMedian(subject),
    ...(reference === undefined ? {} : { reference: withMedian(reference) }),
    goals,
  };
}

/** The median of the ratios, or the differences, of neighbours in time, so that what slows both down cancels out. */
function compared({ metric, kind }: Goal, subject: Omit<Side, 'median'>, reference: Omit<Side, 'median'> | undefined): number {
  const comparisons = subject.repetitions.flatMap((metrics, nth) => {
    const above = metrics[metric];
    const below = reference?.repetitions[nth]?.[metric];
    return above === undefined || below === undefined ? [] : [kind === 'ratio' ? above / below : above - below];
  });
  return median(comparisons);
}

function withMedian(side: Omit<Side, 'median'>): Side {
  return { label: side.label, target: side.target, median: medians(side.repetitions), repetitions: side.repetitions };
}
