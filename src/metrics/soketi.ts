import type { AppTraffic } from '../core/traffic.ts';
import { closeReasons } from './close-reason.ts';
import { connectionsOf } from './connection-families.ts';
import { measure, type NumberFamily } from './family.ts';
import type { Metric } from './metric.ts';
import type { Sources } from './sources.ts';

const prefix = 'soketi_';

/** The same numbers as ours, as Soketi 1.6 calls them. What its nodes ask each other has no counterpart. */
const families: readonly NumberFamily[] = [
  perApp('connected', 'gauge', 'The number of currently connected sockets.', connectionsOf),
  perApp('new_connections_total', 'counter', 'Total amount of connection requests.', ({ events }, appId) => events.turnover.get(appId)?.opened ?? 0),
  perApp('new_disconnections_total', 'counter', 'Total amount of disconnections.', disconnectionsOf),
  perApp('socket_received_bytes', 'counter', 'Total amount of bytes received from connections.', traffic('receivedBytes')),
  perApp('socket_transmitted_bytes', 'counter', 'Total amount of bytes sent to connections.', traffic('sentBytes')),
  perApp('ws_messages_received_total', 'counter', 'Total amount of messages received from connections.', traffic('receivedFrames')),
  perApp('ws_messages_sent_total', 'counter', 'Total amount of messages sent to connections.', traffic('sentFrames')),
  perApp('http_received_bytes', 'counter', 'Total amount of bytes received by the HTTP API.', traffic('requestBytes')),
  perApp('http_transmitted_bytes', 'counter', 'Total amount of bytes sent by the HTTP API.', traffic('responseBytes')),
  perApp('http_calls_received_total', 'counter', 'Total amount of calls of the HTTP API.', traffic('requests')),
];

/** What dashboards made for Soketi look for. `runtime` are the metrics of the process, `port` is where it serves. */
export function soketiMetrics(sources: Sources, runtime: readonly Metric[], port: number): readonly Metric[] {
  const own = families.map((family) => withPort(measure(family, sources), port));
  return [...own, ...runtime.map((metric) => withPort(prefixed(metric), port))];
}

function prefixed(metric: Metric): Metric {
  const values = metric.values.map((value) => (value.metricName === undefined ? value : { ...value, metricName: prefix + value.metricName }));
  return { ...metric, name: prefix + metric.name, values };
}

function withPort(metric: Metric, port: number): Metric {
  return { ...metric, values: metric.values.map((value) => ({ ...value, labels: { ...value.labels, port } })) };
}

function perApp(name: string, type: NumberFamily['type'], help: string, read: (sources: Sources, appId: string) => number): NumberFamily {
  return { name: prefix + name, type, help, labels: ['app_id'], read: (sources) => sources.appIds.map((appId) => [read(sources, appId), appId]) };
}

function traffic(part: keyof AppTraffic): (sources: Sources, appId: string) => number {
  return (sources, appId) => sources.traffic.apps.get(appId)?.[part] ?? 0;
}

function disconnectionsOf({ events }: Sources, appId: string): number {
  const closed = events.turnover.get(appId)?.closed;
  return closeReasons.reduce((sum, reason) => sum + (closed?.get(reason) ?? 0), 0);
}
