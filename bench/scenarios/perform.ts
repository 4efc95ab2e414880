import type { Cores } from '../measure/cores.ts';
import type { Metrics } from '../measure/metrics.ts';
import { judge, type ScenarioResult } from '../report/result.ts';
import type { TargetKind } from '../targets/target.ts';
import type { Contestant, Scenario } from './scenario.ts';
import { Stage } from './stage.ts';

export interface Performance {
  readonly subject: TargetKind;
  readonly floor: TargetKind;
  readonly cores: Cores;
  readonly repetitions: number;
  readonly onStep: (detail: string) => void;
}

interface Entrant {
  readonly contestant: Contestant;
  readonly targetName: string;
  readonly stage: Stage;
  readonly repetitions: Metrics[];
}

/** Measures both contestants in turn, each on its own server, and who begins alternates. */
export async function perform(scenario: Scenario, performance: Performance): Promise<ScenarioResult> {
  const entrants: Entrant[] = [];
  try {
    for (const contestant of contestantsOf(scenario)) entrants.push(await enter(contestant, performance));
    const repetitions = scenario.repetitions ?? performance.repetitions;
    for (let nth = 0; nth < repetitions; nth++) {
      for (const entrant of nth % 2 === 0 ? entrants : entrants.toReversed()) {
        performance.onStep(`${entrant.contestant.label} ${nth + 1}/${repetitions}`);
        await entrant.stage.quiet();
        entrant.repetitions.push(await entrant.contestant.measure(entrant.stage));
      }
    }
  } finally {
    await Promise.all(entrants.map(({ stage }) => stage.stop()));
  }
  const [subject, reference] = entrants.map(({ contestant, targetName, repetitions }) => ({
    label: contestant.label,
    target: targetName,
    repetitions,
  }));
  if (subject === undefined) throw new Error('A scenario has a subject');
  return judge(scenario, subject, reference);
}

function contestantsOf({ subject, reference }: Scenario): readonly Contestant[] {
  return reference === undefined ? [subject] : [subject, reference];
}

async function enter(contestant: Contestant, { subject, floor, cores, onStep }: Performance): Promise<Entrant> {
  const kind = contestant.target === 'floor' ? floor : subject;
  onStep(`${contestant.label}: start`);
  const stage = new Stage(await kind.start(contestant.tuning ?? {}), cores);
  try {
    onStep(`${contestant.label}: warm up`);
    await contestant.prepare(stage);
  } catch (fault) {
    await stage.stop();
    throw fault;
  }
  return { contestant, targetName: kind.name, stage, repetitions: [] };
}
