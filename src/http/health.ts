import type { Broker } from '../core/ports.ts';
import { failure, type HttpResponse, ok } from './message.ts';

/** Shorter outages are lived through without sending clients elsewhere: all nodes would fail together. */
const toleratedOutageMilliseconds = 5000;

/** What readiness depends on. */
export interface Health {
  readonly broker: Pick<Broker, 'outageMilliseconds'>;
  /** Whether the server has begun to stop. */
  readonly isDraining: () => boolean;
}

/** Paths that need no signature. */
export const healthRoutes: ReadonlyMap<string, (health: Health) => HttpResponse> = new Map([
  ['/up', () => ok('{"health":"OK"}')],
  ['/live', () => ok('{"live":true}')],
  ['/ready', getReady],
]);

function getReady({ broker, isDraining }: Health): HttpResponse {
  if (isDraining()) return failure(503, 'The server is stopping');
  return broker.outageMilliseconds() < toleratedOutageMilliseconds ? ok('{"ready":true}') : failure(503, 'The broker is out of reach');
}
