import type { Operation, Schema } from './operation.ts';

/** The health checks. */
export const health: readonly Operation[] = [
  probe('/up', 'isUp', 'Whether the process answers, as Laravel names it.', { health: 'OK' }),
  probe('/live', 'isLive', 'Whether the process answers.', { live: true }),
  {
    ...probe('/ready', 'isReady', 'Whether new clients should come here.', { ready: true }),
    refusals: { 503: 'The server is stopping, low on memory, or has been cut off from Redis for 5 s: `reasons` says which.' },
  },
  {
    method: 'get',
    path: '/accept-traffic',
    id: 'acceptsTraffic',
    group: 'Health',
    summary: "Whether there is memory for more clients: Soketi's check.",
    access: 'open',
    parameters: [],
    answer: {
      description: 'Yes.',
      schema: {
        type: 'object',
        required: ['acceptTraffic', 'memory'],
        properties: {
          acceptTraffic: { const: true },
          memory: { type: 'object', required: ['percent'], properties: { percent: { type: 'number', minimum: 0 } } },
        },
      },
      example: { acceptTraffic: true, memory: { percent: 31 } },
    },
    refusals: { 503: 'The server is stopping or low on memory: `reasons` says which.' },
  },
];

function probe(path: string, id: string, summary: string, example: Readonly<Record<string, unknown>>): Operation {
  const properties = Object.fromEntries(Object.entries(example).map(([name, value]): [string, Schema] => [name, { const: value }]));
  const schema = { type: 'object', required: Object.keys(example), properties };
  return {
    method: 'get',
    path,
    id,
    group: 'Health',
    summary,
    access: 'open',
    parameters: [],
    answer: { description: 'Yes.', schema, example },
    refusals: {},
  };
}
