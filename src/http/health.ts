import { type HttpResponse, ok } from './message.ts';
import { describeObstacle, type Obstacle, type Readiness } from './readiness.ts';

/** What health checks ask. */
export type Health = Pick<Readiness, 'obstacles' | 'memoryPercent'>;

/** Paths that need no signature; `docs/health.md` says which one is for whom. */
export const healthRoutes: ReadonlyMap<string, (health: Health) => HttpResponse> = new Map([
  ['/up', () => ok('{"health":"OK"}')],
  // Depends on nothing outside: a process that is started anew because Redis is away only makes things worse.
  ['/live', () => ok('{"live":true}')],
  ['/ready', ({ obstacles }: Health) => report({ ready: obstacles.length === 0 }, obstacles)],
  ['/accept-traffic', getAcceptTraffic],
]);

/** Soketi's check: whether there is memory for more clients. It does not ask the broker. */
function getAcceptTraffic({ obstacles, memoryPercent }: Health): HttpResponse {
  const own = obstacles.filter((obstacle) => obstacle !== 'broker');
  return report({ acceptTraffic: own.length === 0, memory: { percent: memoryPercent } }, own);
}

/** Names every reason, for machines and for people. */
function report(state: object, obstacles: readonly Obstacle[]): HttpResponse {
  if (obstacles.length === 0) return ok(JSON.stringify(state));
  const reasons = obstacles.map((reason) => ({ reason, detail: describeObstacle(reason) }));
  const error = reasons.map(({ detail }) => detail).join('; ');
  return { status: 503, body: JSON.stringify({ ...state, error, reasons }), isReport: true };
}
