import type { Operation, Schema } from './operation.ts';

const count: Schema = { type: 'number', minimum: 0 };
const text: Schema = { type: 'string' };

function fields(required: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}): Schema {
  return { type: 'object', required: Object.keys(required), properties: { ...required, ...optional } };
}

const rates: Schema = {
  ...fields({ connected: count, disconnected: count, subscribed: count, messages: count, client_events: count, refused: count }),
  type: ['object', 'null'],
  description: 'Per second, over the last 5 to 10 s. `null` until something has been counted: counting begins with the first question.',
};
const channels: Schema = { type: 'array', items: fields({ name: text, subscriptions: count, messages_per_second: count }) };
const sockets: Schema = {
  type: 'array',
  items: fields({ socket_id: text, unsent_bytes: count, subscriptions: count, node: text }, { user_id: text }),
};
const totals = { connections: count, subscriptions: count, unsent_bytes: count, per_second: rates };

/** What `clarion listen` and `clarion top` show. */
export const feed: readonly Operation[] = [
  {
    method: 'get',
    path: '/apps/{appId}/feed',
    id: 'getFeed',
    group: 'Feed',
    summary: 'Follow what happens in the app, on all nodes.',
    description:
      'The answer does not end: it is one line of JSON per event, until either side closes. Lines above `feed.linesPerSecond` are left out and counted.',
    access: 'signed',
    parameters: [
      {
        name: 'channel',
        in: 'query',
        description: 'Only these channels; `*` stands for any text.',
        schema: { type: 'string' },
        example: 'private-*',
      },
      { name: 'event', in: 'query', description: 'Only these events; `*` stands for any text.', schema: { type: 'string' }, example: '*' },
      {
        name: 'kinds',
        in: 'query',
        description: 'Only these kinds of lines, with commas.',
        schema: { type: 'string' },
        example: 'triggered,client_event',
      },
      {
        name: 'data',
        in: 'query',
        description: 'Whether the start of the data of events is shown.',
        schema: { enum: ['true', 'false'] },
        example: 'true',
      },
    ],
    answer: {
      description: 'The lines.',
      mediaType: 'application/x-ndjson',
      schema: { type: 'string' },
      example:
        '{"time":"2026-01-01T12:00:00.000Z","node":"n1","kind":"triggered","channels":["private-orders"],"event":"paid","data":"{}","data_bytes":2}\n',
    },
    refusals: { 400: 'A parameter makes no sense.', 429: 'The app has too many readers on this node.', 503: 'The server is stopping.' },
  },
  {
    method: 'get',
    path: '/apps/{appId}/stats',
    id: 'getStats',
    group: 'Feed',
    summary: 'The numbers of the app, its slowest sockets and its busiest channels, on all nodes.',
    access: 'signed',
    parameters: [],
    answer: {
      description: 'At most two seconds old.',
      schema: fields({
        app: text,
        time: { type: 'string', format: 'date-time' },
        ...totals,
        slowest_sockets: sockets,
        largest_channels: channels,
        busiest_channels: channels,
        nodes: { type: 'array', items: fields({ node: text, channels: count, ...totals }) },
      }),
      example: {
        app: '1',
        time: '2026-01-01T12:00:00.000Z',
        connections: 2,
        subscriptions: 3,
        unsent_bytes: 0,
        per_second: null,
        slowest_sockets: [],
        largest_channels: [{ name: 'news', subscriptions: 2, messages_per_second: 0 }],
        busiest_channels: [],
        nodes: [{ node: 'n1', connections: 2, channels: 2, subscriptions: 3, unsent_bytes: 0, per_second: null }],
      },
    },
    refusals: { 429: 'The app reads more than its rate allows.', 503: 'The server is stopping, or asked too much at once.' },
  },
];
