import type { PublishCommand } from '../generator/command.ts';
import type { Metrics } from '../measure/metrics.ts';
import { residentBytes } from '../measure/usage.ts';
import type { Contestant, Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { warmUp } from './warm-up.ts';

const subscribers = 500;
const passers = 200;
const rounds = 60;
const roundSeconds = 10;
const perSecond = 50;
const channels = { prefix: 'bench-', distinct: 1 };
const megabyte = 1024 * 1024;
/** Rounds after which pools and caches have their size. */
const warmUpRounds = 12;
/** A collection after a long time without one gives less back than those that follow it. */
const roundsPerLook = 4;
const goalMegabytes = 5;

const events: PublishCommand = {
  verb: 'publish',
  via: 'trigger',
  channels,
  payloadBytes: 1024,
  events: perSecond * roundSeconds,
  framesPerEvent: subscribers,
  pace: { perSecond },
};

/** Ten seconds of events while other connections come and go. */
async function round(stage: Stage): Promise<void> {
  const visitors = stage.addGenerator();
  await visitors.do({ verb: 'open', connections: passers, inFlight: 4, channels: { prefix: 'private-visit-', distinct: passers } });
  await stage.generator.do(events);
  await visitors.kill();
}

async function settledBytes({ target }: Stage): Promise<number> {
  await target.collectGarbage();
  return target.pids.length === 0 ? Number.NaN : residentBytes(target.pids);
}

async function measure(stage: Stage): Promise<Metrics> {
  const looks: number[] = [];
  for (let nth = 0; nth < rounds; nth++) {
    if (nth % roundsPerLook === 0) looks.push(await settledBytes(stage));
    await round(stage);
  }
  await stage.quiet();
  looks.push(await settledBytes(stage));
  const [flat = Number.NaN, ...later] = looks.slice(warmUpRounds / roundsPerLook);
  const grown = (Math.max(...later) - flat) / megabyte;
  return Number.isNaN(grown) ? {} : { grownMegabytes: grown };
}

const subject: Contestant = {
  label: 'subject',
  target: 'subject',
  prepare: async ({ generator }) => {
    await generator.do({ verb: 'open', connections: subscribers, inFlight: 32, channels });
    await warmUp(generator, events); // the young generation grows to its full size with requests, and is not given back
  },
  measure,
};

/** Ten minutes of events, arrivals and departures. Memory after a collection may at no time be above where it was after two minutes. */
export const soak: Scenario = {
  name: 'soak',
  unit: 'frame',
  isQuick: false,
  isLong: true,
  repetitions: 1,
  subject,
  goals: [{ metric: 'grownMegabytes', kind: 'value', atMost: goalMegabytes }],
};
