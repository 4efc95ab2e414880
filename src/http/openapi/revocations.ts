import type { Operation, Schema } from './operation.ts';

const seconds: Schema = { type: 'integer', description: 'Seconds since 1970.' };
const userId: Schema = { type: ['string', 'integer'], description: 'All tokens that this user was issued so far.' };
const tokenId: Schema = { type: 'string', minLength: 1, maxLength: 256, description: 'The one token with this `jti`.' };

/** What makes tokens worthless before they end. */
export const revocations: readonly Operation[] = [
  {
    method: 'post',
    path: '/apps/{appId}/revocations',
    id: 'revokeTokens',
    group: 'Users',
    summary: 'Accept the tokens of a user, or one token, no more.',
    description: 'Told to every node; connections that live by such a token are closed with 4009. Not of the protocol of Pusher.',
    access: 'signed',
    parameters: [],
    body: {
      schema: {
        type: 'object',
        oneOf: [{ required: ['user_id'] }, { required: ['token_id'] }],
        properties: { user_id: userId, token_id: tokenId, expires_at: seconds },
      },
      isRequired: true,
      examples: { 'of a user': { user_id: 'ada' }, 'one token': { token_id: '5e0f7c' } },
    },
    answer: {
      description: 'Until when it is remembered.',
      schema: { type: 'object', required: ['expires_at'], properties: { expires_at: seconds }, additionalProperties: false },
      example: { expires_at: 1769860800 },
    },
    refusals: {
      400: 'The body is no revocation, or the app takes no tokens.',
      429: 'The app sends more than its rate of events allows.',
      503: 'Not confirmed, or too many revocations that have not ended; send it again.',
    },
  },
];
