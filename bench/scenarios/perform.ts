import type { Metrics } from '../measure/metrics.ts';
import { isDecided, judge, type ScenarioResult, type Side } from '../report/result.ts';
import type { TargetKind } from '../targets/target.ts';
import type { Contestant, Scenario, Surroundings, Trial } from './scenario.ts';
import { Stage } from './stage.ts';

/** Where the verdict is in doubt, whole runs go on for so many times the repetitions. */
const maxRepetitionsFactor = 3;

export interface Performance extends Surroundings {
  readonly floor: TargetKind;
  /** Of scenarios that say nothing else. */
  readonly repetitions: number;
  readonly isQuick: boolean;
  readonly onStep: (detail: string) => void;
}

type Measured = Omit<Side, 'median'>;

/** Whether another repetition is wanted, by what was measured so far. */
type GoesOn = (subject: Pick<Side, 'repetitions'> | undefined, reference: Pick<Side, 'repetitions'> | undefined) => boolean;

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
  const goesOn = untilDecided(scenario, performance);
  if (!('measure' in subject)) return judge(scenario, await performTrial(subject, goesOn, performance), undefined);
  const contestants = reference === undefined ? [subject] : [subject, reference];
  const contest = scenario.isFresh === true ? performFreshContests : performContest;
  const [measured, compared] = await contest(contestants, goesOn, performance);
  if (measured === undefined) throw new Error('A scenario has a subject');
  return judge(scenario, measured, compared);
}

function repetitionsOf(scenario: Scenario, { repetitions, isQuick }: Performance): number {
  if (isQuick) return scenario.quickRepetitions ?? scenario.repetitions ?? repetitions;
  return scenario.repetitions ?? repetitions * (scenario.isShort === true ? 2 : 1);
}

function untilDecided(scenario: Scenario, performance: Performance): GoesOn {
  const planned = repetitionsOf(scenario, performance);
  const most = performance.isQuick ? planned : planned * maxRepetitionsFactor;
  return (subject, reference) => {
    const done = subject?.repetitions.length ?? 0;
    return done < planned || (subject !== undefined && done < most && !isDecided(scenario.goals, subject, reference));
  };
}

async function performTrial({ label, run }: Trial, goesOn: GoesOn, performance: Performance): Promise<Measured> {
  const results: Metrics[] = [];
  while (goesOn({ repetitions: results }, undefined)) {
    performance.onStep(`${label} ${results.length + 1}`);
    results.push(await run(performance));
  }
  return { label, target: performance.subject.name, repetitions: results };
}

async function performContest(contestants: readonly Contestant[], goesOn: GoesOn, performance: Performance): Promise<Measured[]> {
  const entrants: Entrant[] = [];
  try {
    for (const contestant of contestants) entrants.push(await enter(contestant, performance));
    while (goesOn(entrants[0], entrants[1])) {
      for (const entrant of entrants) {
        performance.onStep(`${entrant.contestant.label} ${entrant.repetitions.length + 1}`);
        await entrant.stage.quiet();
        entrant.repetitions.push(await entrant.contestant.measure(entrant.stage));
      }
    }
  } finally {
    await Promise.all(entrants.map(({ stage }) => stage.stop()));
  }
  return entrants.map(({ contestant, targetName, repetitions }) => ({ label: contestant.label, target: targetName, repetitions }));
}

async function performFreshContests(contestants: readonly Contestant[], goesOn: GoesOn, performance: Performance): Promise<Measured[]> {
  const once: GoesOn = (subject) => subject?.repetitions.length === 0;
  let measured: Measured[] = [];
  while (goesOn(measured[0], measured[1])) {
    const contest = await performContest(contestants, once, performance);
    measured = contest.map((side, index) => ({ ...side, repetitions: [...(measured[index]?.repetitions ?? []), ...side.repetitions] }));
  }
  return measured;
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
