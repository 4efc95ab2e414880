import type { AppTraffic } from '../core/traffic.ts';
import type { Family, NumberFamily } from './family.ts';

export const trafficFamilies: readonly Family[] = [
  {
    name: 'clarion_events_published_total',
    help: "Events by where they came from: the backend's `api`, a `client`, or the `server`, which tells of members and counts. One on three channels counts three times.",
    type: 'counter',
    labels: ['app', 'source'],
    *read({ appIds, traffic }) {
      for (const appId of appIds) {
        const { apiEvents = 0, clientEvents = 0, serverEvents = 0 } = traffic.apps.get(appId) ?? {};
        yield [apiEvents, appId, 'api'];
        yield [clientEvents, appId, 'client'];
        yield [serverEvents, appId, 'server'];
      }
    },
  },
  perApp('clarion_sent_frames_total', 'WebSocket messages sent to connections.', 'sentFrames'),
  perApp('clarion_sent_bytes_total', 'Bytes in the WebSocket messages sent to connections.', 'sentBytes'),
  perApp('clarion_received_frames_total', 'WebSocket messages received from connections.', 'receivedFrames'),
  perApp('clarion_received_bytes_total', 'Bytes in the WebSocket messages received from connections.', 'receivedBytes'),
  {
    name: 'clarion_delivery_latency_seconds',
    help: 'Time from the publishing of an event to its hand-over to the sockets, by way of the broker. Measured by the node that published, at most once for what leaves together; alone it measures one event in 16.',
    type: 'histogram',
    read: ({ traffic }) => traffic.deliverySeconds,
  },
  {
    name: 'clarion_backpressure_closes_total',
    help: 'Connections that were cut because they read too slowly: too much was unsent to one (`slow_reader`), or to all together (`unsent_total`).',
    type: 'counter',
    labels: ['reason'],
    read: ({ counters }) => [
      [counters.slowReaders, 'slow_reader'],
      [counters.unsentBytes, 'unsent_total'],
    ],
  },
  {
    name: 'clarion_http_requests_total',
    help: 'HTTP requests by the pattern of their path and the status of their answer. `unknown` is any other path, `incomplete` was refused before the request was there.',
    type: 'counter',
    labels: ['route', 'status'],
    *read({ traffic }) {
      for (const [route, statuses] of traffic.answers) for (const [status, count] of statuses) yield [count, route, String(status)];
    },
  },
  perApp('clarion_http_received_bytes_total', 'Bytes in the bodies of signed HTTP requests.', 'requestBytes'),
  perApp('clarion_http_sent_bytes_total', 'Bytes in the bodies of the answers to signed HTTP requests.', 'responseBytes'),
];

function perApp(name: string, help: string, part: keyof AppTraffic): NumberFamily {
  return {
    name,
    help,
    type: 'counter',
    labels: ['app'],
    read: ({ appIds, traffic }) => appIds.map((appId) => [traffic.apps.get(appId)?.[part] ?? 0, appId]),
  };
}
