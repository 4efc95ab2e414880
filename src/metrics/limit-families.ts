import type { LimitReason } from '../core/counters.ts';
import { authFailureKinds } from './event-counts.ts';
import type { Family, Sample } from './family.ts';
import { snakeCase } from './snake-case.ts';
import type { Sources } from './sources.ts';

/** Those that families of their own show. */
const shownElsewhere: ReadonlySet<LimitReason> = new Set<LimitReason>([
  'appConnections',
  'handshakes',
  'handshakesDelayed',
  'openFiles',
  'origin',
  'slowReaders',
  'tlsOnly',
  'unsentBytes',
]);

/** Of each process, whether or not it serves. */
export const logLines = {
  name: 'clarion_log_lines_total',
  help: 'Warnings and errors of the log, whether or not they were written.',
  type: 'counter',
  labels: ['level'],
  read: ({ lines }: Pick<Sources, 'lines'>): readonly Sample[] => [
    [lines.warn, 'warn'],
    [lines.error, 'error'],
  ],
} as const satisfies Family;

export const limitFamilies: readonly Family[] = [
  {
    name: 'clarion_rate_limited_total',
    help: 'Times that a limit refused, delayed or ended something, by what is limited.',
    type: 'counter',
    labels: ['scope'],
    read: ({ counters }) =>
      Object.entries(counters)
        .filter(([reason]) => !shownElsewhere.has(reason as LimitReason))
        .map(([reason, count]): Sample => [count, snakeCase(reason)]),
  },
  {
    name: 'clarion_auth_failures_total',
    help: 'Who was not let in: a `handshake` with an unknown key or origin, a `channel` signature, a `sign_in`, an `http` request (401), or a `token`.',
    type: 'counter',
    labels: ['kind'],
    read: ({ events }) => authFailureKinds.map((kind): Sample => [events.authFailures.get(kind) ?? 0, kind]),
  },
  {
    name: 'clarion_open_files_exhausted_total',
    help: 'Times that no connections were accepted for want of file descriptors.',
    type: 'counter',
    read: ({ counters }) => [[counters.openFiles]],
  },
  logLines,
];
