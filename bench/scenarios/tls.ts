import { openAndDrop } from './connect.ts';
import { fanOut } from './fan-out.ts';
import type { Contestant, Scenario } from './scenario.ts';

interface Comparison {
  readonly name: string;
  readonly unit: Scenario['unit'];
  readonly work: Pick<Contestant, 'prepare' | 'measure'>;
}

const connecting: Pick<Contestant, 'prepare' | 'measure'> = {
  prepare: async (stage) => {
    await openAndDrop(stage, 'bench-');
  },
  measure: (stage) => openAndDrop(stage, 'bench-'),
};

/** What encryption costs the server, beside the same without. */
export const overTls: readonly Scenario[] = (
  [
    { name: 'TLS, fan-out 500 x 100 B x 1', unit: 'frame', work: fanOut({ subscribers: 500, payloadBytes: 100, pace: { inFlight: 1 } }) },
    { name: 'TLS, fan-out 500 x 1 KB x 16', unit: 'frame', work: fanOut({ subscribers: 500, payloadBytes: 1024, pace: { inFlight: 16 } }) },
    { name: 'TLS, connect + subscribe', unit: 'connection', work: connecting },
  ] satisfies readonly Comparison[]
).map(({ name, unit, work }) => ({
  name,
  unit,
  isQuick: false,
  repetitions: 3,
  needs: 'tuning',
  program: 'openssl',
  subject: { label: 'TLS', target: 'subject', tuning: { hasTls: true }, ...work },
  reference: { label: 'plain TCP', target: 'subject', ...work },
  goals: [],
}));
