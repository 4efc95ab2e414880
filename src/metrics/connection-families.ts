import { type ErrorReason, errors } from '../protocol/error.ts';
import { closeReasons } from './close-reason.ts';
import type { Family, Sample } from './family.ts';
import { snakeCase } from './snake-case.ts';
import type { Sources } from './sources.ts';

/** What only happens to a connection that was open already. */
const later: ReadonlySet<string> = new Set<ErrorReason>(['UNAUTHORIZED', 'NOT_AUTHORIZED_IN_TIME', 'TERMINATED']);

/** The faults with which a handshake can end. */
const refusals = (Object.keys(errors) as ErrorReason[]).filter((reason) => {
  const [code] = errors[reason];
  return code !== null && code < 4200 && !later.has(reason);
});

export const connectionFamilies: readonly Family[] = [
  {
    name: 'clarion_connections',
    help: 'Open connections.',
    type: 'gauge',
    labels: ['app'],
    read: (sources) => perApp(sources, (appId) => connectionsOf(sources, appId)),
  },
  {
    name: 'clarion_connections_opened_total',
    help: 'Connections that were established.',
    type: 'counter',
    labels: ['app'],
    read: (sources) => perApp(sources, (appId) => sources.events.turnover.get(appId)?.opened ?? 0),
  },
  {
    name: 'clarion_connections_closed_total',
    help: 'Connections that ended. `client` left in order, `lost` without a close frame; the others are named after what the server closed them for.',
    type: 'counter',
    labels: ['app', 'reason'],
    *read({ appIds, events }) {
      for (const appId of appIds) {
        for (const reason of closeReasons) yield [events.turnover.get(appId)?.closed.get(reason) ?? 0, appId, reason];
      }
    },
  },
  {
    name: 'clarion_handshakes_refused_total',
    help: 'WebSocket handshakes that did not become a connection. `queue_full` were answered 503, all others by a close code.',
    type: 'counter',
    labels: ['reason'],
    *read({ counters, events }) {
      for (const reason of refusals) yield [events.refusedHandshakes.get(reason) ?? 0, snakeCase(reason)];
      yield [counters.handshakes, 'queue_full'];
    },
  },
  {
    name: 'clarion_handshakes_delayed_total',
    help: 'WebSocket handshakes that waited for their turn.',
    type: 'counter',
    read: ({ counters }) => [[counters.handshakesDelayed]],
  },
  {
    name: 'clarion_subscriptions',
    help: 'Subscriptions that this node holds, by the kind of their channel.',
    type: 'gauge',
    labels: ['kind'],
    read: ({ hub }) => Object.entries(hub.census).map(([kind, { subscriptions }]): Sample => [subscriptions, kind]),
  },
  {
    name: 'clarion_channels',
    help: 'Channels with a subscription on this node. Several nodes may hold the same channel.',
    type: 'gauge',
    labels: ['kind'],
    read: ({ hub }) => Object.entries(hub.census).map(([kind, { channels }]): Sample => [channels, kind]),
  },
];

/** Opened and not closed: the hub would have to be walked through. */
export function connectionsOf({ events }: Pick<Sources, 'events'>, appId: string): number {
  const turnover = events.turnover.get(appId);
  if (turnover === undefined) return 0;
  let count = turnover.opened;
  for (const closed of turnover.closed.values()) count -= closed;
  return count;
}

function perApp({ appIds }: Sources, read: (appId: string) => number): readonly Sample[] {
  return appIds.map((appId) => [read(appId), appId]);
}
