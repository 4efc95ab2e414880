import type { Metrics } from '../measure/metrics.ts';
import { judge, type ScenarioResult, type Side } from '../report/result.ts';
import type { TargetKind } from '../targets/target.ts';
import type { Contestant, Scenario, Surroundings, Trial } from './scenario.ts';
import { Stage } from './stage.ts';

export interface Performance extends Surroundings {
  readonly floor: TargetKind;
  /** Of scenarios that say nothing else. */
  readonly repetitions: number;
  readonly isQuick: boolean;
  readonly onStep: (detail: string) => void;
}

interface Entrant {
  readonly contestant: Contestant;
  readonly targetName: string;
  readonly stage: Stage;
  readonly repetitions: Metrics[];
}

/**
 * Measures both contestants in turn, each on its own server, or repeats a trial. Always in the same order: who works twice in a row finds its
 * sockets warm the second time, which is worth a third of the cost with 5,000 of them.
 */
export async function perform(scenario: Scenario, performance: Performance): Promise<ScenarioResult> {
  const { subject, reference } = scenario;
  const repetitions = repetitionsOf(scenario, performance);
  if (!('measure' in subject)) return judge(scenario, await performTrial(subject, repetitions, performance), undefined);
  const contestants = reference === undefined ? [subject] : [subject, reference];
  const contest = scenario.isFresh === true ? performFreshContests : performContest;
  const [measured, compared] = await contest(contestants, repetitions, performance);
  if (measured === undefined) throw new Error('A scenario has a subject');
  return judge(scenario, measured, compared);
}

function repetitionsOf(scenario: Scenario, { repetitions, isQuick }: Performance): number {
  if (isQuick) return scenario.quickRepetitions ?? scenario.repetitions ?? repetitions;
  return scenario.repetitions ?? repetitions * (scenario.isShort === true ? 2 : 1);
}

async function performTrial({ label, run }: Trial, repetitions: number, performance: Performance): Promise<Omit<Side, 'median'>> {
  const results: Metrics[] = [];
  for (let nth = 0; nth < repetitions; nth++) {
    performance.onStep(`${label} ${nth + 1}/${repetitions}`);
    results.push(await run(performance));
  }
  return { label, target: performance.subject.name, repetitions: results };
}

async function performContest(contestants: readonly Contestant[], repetitions: number, performance: Performance): Promise<Omit<Side, 'median'>[]> {
  const entrants: Entrant[] = [];
  try {
    for (const contestant of contestants) entrants.push(await enter(contestant, performance));
    for (let nth = 0; nth < repetitions; nth++) {
      for (const entrant of entrants) {
        performance.onStep(`${entrant.contestant.label} ${nth + 1}/${repetitions}`);
        await entrant.stage.quiet();
        entrant.repetitions.push(await entrant.contestant.measure(entrant.stage));
      }
    }
  } finally {
    await Promise.all(entrants.map(({ stage }) => stage.stop()));
  }
  return entrants.map(({ contestant, targetName, repetitions }) => ({ label: contestant.label, target: targetName, repetitions }));
}

async function performFreshContests(
  contestants: readonly Contestant[],
  repetitions: number,
  performance: Performance,
): Promise<Omit<Side, 'median'>[]> {
  const contests: Omit<Side, 'median'>[][] = [];
  for (let nth = 0; nth < repetitions; nth++) contests.push(await performContest(contestants, 1, performance));
  const [first = []] = contests;
  return first.map((side, index) => ({ ...side, repetitions: contests.flatMap((sides) => sides[index]?.repetitions ?? []) }));
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
