/** The version of the Elastic Common Schema that the names are taken from. */
const ecsVersion = '8.17.0';

/** Where fields of lines have a place of their own. All others are put below `clarion`, under their own names. */
const places: ReadonlyMap<string, readonly string[]> = new Map([
  ['method', ['http', 'request', 'method']],
  ['requestId', ['http', 'request', 'id']],
  ['status', ['http', 'response', 'status_code']],
  ['path', ['url', 'path']],
  ['reason', ['event', 'reason']],
  ['userId', ['user', 'id']],
  ['host', ['server', 'address']],
  ['port', ['server', 'port']],
  ['pid', ['process', 'pid']],
  ['traceId', ['trace', 'id']],
]);

/** What every line has. */
export const ecsBase = { 'ecs.version': ecsVersion, service: { name: 'clarion' } };

/** The level, in its place. */
export function ecsLevel(level: string): object {
  return { 'log.level': level };
}

/** Fields of a line by the names of the Elastic Common Schema. */
export function toEcs(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const named: Record<string, unknown> = { event: { dataset: 'clarion' } };
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'err') named.error = ecsError(value);
    else put(named, places.get(name) ?? ['clarion', name], value);
  }
  return named;
}

function put(target: Record<string, unknown>, [name, ...rest]: readonly string[], value: unknown): void {
  if (name === undefined) return;
  const group = (target[name] ?? {}) as Record<string, unknown>;
  target[name] = rest.length === 0 ? value : group;
  put(group, rest, value);
}

function ecsError(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const { stack, ...rest } = error as { readonly stack?: unknown };
  return stack === undefined ? rest : { ...rest, stack_trace: stack };
}
