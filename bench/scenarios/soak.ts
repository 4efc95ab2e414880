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
  let flat = 0;
  for (let nth = 0; nth < rounds; nth++) {
    if (nth === warmUpRounds) flat = await settledBytes(stage);
    await round(stage);
  }
  await stage.quiet();
  const grown = ((await settledBytes(stage)) - flat) / megabyte;
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

/** Ten minutes of events, arrivals and departures. Memory after a collection has to end where it was after two minutes. */
export const soak: Scenario = {
  name: 'soak',
  unit: 'frame',
  isQuick: false,
  isLong: true,
  repetitions: 1,
  subject,
  goals: [{ metric: 'grownMegabytes', kind: 'value', atMost: goalMegabytes }],
};
