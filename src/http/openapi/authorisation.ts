import type { Operation, Refusals, Schema } from './operation.ts';
import { reference } from './schemas.ts';

const text: Schema = { type: 'string' };
const socketId: Schema = { type: 'string', pattern: '^\\d+\\.\\d+$' };
const seconds: Schema = { type: 'integer', description: 'Seconds since 1970.' };

function fields(required: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}): Schema {
  return { type: 'object', required: Object.keys(required), properties: { ...required, ...optional } };
}

const refusals: Refusals = {
  401: 'There is no token, or it is not accepted.',
  403: 'The token does not allow it, the origin may not ask, or the CSRF token is missing.',
  404: 'There is no such app, or it does not offer this.',
  405: 'The path takes other verbs, which `Allow` names.',
  429: 'Too many requests of one user or one address. `Retry-After` says when to try again.',
};
const withBody: Refusals = {
  ...refusals,
  400: 'The body is no such request.',
  413: 'The body is too large.',
  415: 'The body is neither JSON nor a form.',
};
const auth: Schema = { type: 'string', description: 'What goes into the `auth` of the message.' };

/** The hosted endpoints: what an application's own auth endpoint would answer, decided by the caller's token. */
export const authorisation: readonly Operation[] = [
  {
    method: 'post',
    path: '/auth/{appKey}/channel',
    id: 'authorizeChannel',
    group: 'Authorisation',
    summary: 'Sign a subscription that the token allows.',
    access: 'token',
    parameters: [],
    body: {
      schema: fields({ socket_id: socketId, channel_name: reference('Channel') }),
      isRequired: true,
      examples: { 'a private channel': { socket_id: '123.456', channel_name: 'private-orders' } },
    },
    answer: {
      description: 'As pusher-js expects it.',
      schema: fields({ auth }, { channel_data: text, shared_secret: text }),
      example: { auth: 'app-key:4f6a…' },
    },
    refusals: withBody,
  },
  {
    method: 'post',
    path: '/auth/{appKey}/user',
    id: 'authenticateUser',
    group: 'Authorisation',
    summary: 'Sign in the user of the token.',
    access: 'token',
    parameters: [],
    body: { schema: fields({ socket_id: socketId }), isRequired: true, examples: { 'a sign-in': { socket_id: '123.456' } } },
    answer: {
      description: 'As pusher-js expects it.',
      schema: fields({ auth, user_data: text }),
      example: { auth: 'app-key:9b1c…', user_data: '{"id":"ada"}' },
    },
    refusals: withBody,
  },
  {
    method: 'post',
    path: '/auth/{appKey}/ticket',
    id: 'issueTicket',
    group: 'Authorisation',
    summary: 'A path to connect with, for clients that can choose nothing else.',
    access: 'token',
    parameters: [],
    answer: {
      description: 'Set `ws_path` as the `wsPath` of the client before it expires.',
      schema: fields({ ticket: text, ws_path: text, expires_at: seconds }),
      example: { ticket: 'eyJ…', ws_path: '/t/eyJ…', expires_at: 1767268860 },
    },
    refusals: { ...refusals, 413: 'The token is too long.' },
  },
  {
    method: 'post',
    path: '/auth/{appKey}/session',
    id: 'createSession',
    group: 'Authorisation',
    summary: 'Keep the token in a cookie that script cannot read.',
    access: 'token',
    parameters: [],
    answer: {
      description: 'Send `csrf_token` back in `X-CSRF-Token`.',
      schema: fields({ csrf_token: text, expires_at: seconds }),
      example: { csrf_token: '5d0f…', expires_at: 1767268860 },
    },
    refusals: { ...refusals, 413: 'The token is too long for a cookie.' },
  },
  {
    method: 'delete',
    path: '/auth/{appKey}/session',
    id: 'deleteSession',
    group: 'Authorisation',
    summary: 'Forget the cookie.',
    access: 'token',
    parameters: [],
    answer: { description: 'Both cookies are gone.', schema: reference('Nothing'), example: {} },
    refusals,
  },
];
