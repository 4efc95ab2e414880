import type { Operation, Parameter } from './operation.ts';
import { reference } from './schemas.ts';

const userId: Parameter = {
  name: 'userId',
  in: 'path',
  required: true,
  description: 'Id with which the user signed in.',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
  example: 'ada',
};

const terminate = {
  method: 'post',
  group: 'Users',
  access: 'signed',
  parameters: [userId],
  body: { schema: reference('Nothing'), isRequired: false, examples: { empty: {} } },
  answer: { description: 'Told to every node.', schema: reference('Nothing'), example: {} },
  refusals: {
    400: 'The id of the user is too long.',
    429: 'The app sends more than its rate of events allows.',
    503: 'Not confirmed; send it again.',
  },
} as const;

/** What is about signed-in users. */
export const users: readonly Operation[] = [
  {
    ...terminate,
    path: '/apps/{appId}/users/{userId}/terminate_connections',
    id: 'terminateConnections',
    summary: 'Close all connections of a signed-in user.',
    description:
      'They are closed with 4009, after which clients do not come back by themselves. Users of presence channels who did not sign in stay.',
  },
  {
    ...terminate,
    path: '/users/{userId}/terminate_connections',
    id: 'terminateConnectionsByKey',
    summary: 'The same, for an SDK that leaves out `/apps/ID`.',
    description: 'The app is the one that `auth_key` belongs to.',
  },
];
