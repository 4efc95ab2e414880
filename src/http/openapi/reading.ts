import type { Operation, Parameter } from './operation.ts';
import { reference } from './schemas.ts';

const channelName: Parameter = {
  name: 'channelName',
  in: 'path',
  required: true,
  description: 'Name of the channel.',
  schema: reference('Channel'),
  example: 'presence-room',
};

const tooMany = { 429: 'The app reads more than its rate allows. `Retry-After` says when to try again.' };
const noAnswer = { 503: 'The state of all nodes could not be read.' };

/** What reads the state of all nodes. */
export const reading: readonly Operation[] = [
  {
    method: 'get',
    path: '/apps/{appId}/channels',
    id: 'getChannels',
    group: 'Channels',
    summary: 'List the channels that have subscribers.',
    access: 'signed',
    parameters: [
      {
        name: 'filter_by_prefix',
        in: 'query',
        description: 'Only channels whose name starts with this.',
        schema: { type: 'string' },
        example: 'presence-',
      },
      {
        name: 'info',
        in: 'query',
        description: '`user_count` (only with `filter_by_prefix=presence-…`), `subscription_count`, or both with a comma.',
        schema: { type: 'string' },
        example: 'user_count',
      },
    ],
    answer: {
      description: 'Their names, with what `info` asked for. Channels of users are left out.',
      schema: {
        type: 'object',
        required: ['channels'],
        properties: { channels: { type: 'object', additionalProperties: reference('ChannelCounts') } },
        additionalProperties: false,
      },
      example: { channels: { 'presence-room': { user_count: 2 } } },
    },
    refusals: { 400: '`info` asks for what is not known of these channels.', ...tooMany, ...noAnswer },
  },
  {
    method: 'get',
    path: '/apps/{appId}/channels/{channelName}',
    id: 'getChannel',
    group: 'Channels',
    summary: 'Tell about one channel.',
    access: 'signed',
    parameters: [
      channelName,
      {
        name: 'info',
        in: 'query',
        description: '`user_count` (presence channels), `subscription_count`, `cache` (cache channels), with commas.',
        schema: { type: 'string' },
        example: 'user_count,subscription_count',
      },
    ],
    answer: {
      description: 'Whether it has subscribers, with what `info` asked for.',
      schema: {
        type: 'object',
        required: ['occupied'],
        properties: {
          occupied: { type: 'boolean' },
          user_count: { type: 'integer', minimum: 0 },
          subscription_count: { type: 'integer', minimum: 0 },
          cache: {
            type: ['object', 'null'],
            description: 'The last event of a cache channel.',
            required: ['data', 'ttl'],
            properties: { data: { type: 'string' }, ttl: { type: 'integer', minimum: 0, description: 'Seconds until it is forgotten.' } },
            additionalProperties: false,
          },
        },
        additionalProperties: false,
      },
      example: { occupied: true, user_count: 2, subscription_count: 3 },
    },
    refusals: { 400: 'The name is no channel, or `info` asks for what is not known of it.', ...tooMany, ...noAnswer },
  },
  {
    method: 'get',
    path: '/apps/{appId}/channels/{channelName}/users',
    id: 'getUsers',
    group: 'Channels',
    summary: 'List the users of a presence channel.',
    access: 'signed',
    parameters: [channelName],
    answer: {
      description: 'Each user once, whatever the number of connections.',
      schema: {
        type: 'object',
        required: ['users'],
        properties: {
          users: { type: 'array', items: { type: 'object', required: ['id'], properties: { id: { type: 'string' } }, additionalProperties: false } },
        },
        additionalProperties: false,
      },
      example: { users: [{ id: 'ada' }, { id: 'grace' }] },
    },
    refusals: { 400: 'It is no presence channel, or there is a parameter that is not known.', ...tooMany, ...noAnswer },
  },
  {
    method: 'get',
    path: '/apps/{appId}/connections',
    id: 'getConnections',
    group: 'Channels',
    summary: 'Count the connections of the app. Laravel Pulse asks for it.',
    access: 'signed',
    parameters: [],
    answer: {
      description: 'Those of all nodes.',
      schema: {
        type: 'object',
        required: ['connections'],
        properties: { connections: { type: 'integer', minimum: 0 } },
        additionalProperties: false,
      },
      example: { connections: 42 },
    },
    refusals: { ...tooMany, ...noAnswer },
  },
];
