import { authorisation } from './authorisation.ts';
import { feed } from './feed.ts';
import { health } from './health.ts';
import type { Operation, Parameter, Refusals } from './operation.ts';
import { publishing } from './publishing.ts';
import { reading } from './reading.ts';
import { revocations } from './revocations.ts';
import { type DocumentedLimits, reference, sharedSchemas } from './schemas.ts';
import { users } from './users.ts';

/** Everything that is documented, in the order of the document. */
export const operations: readonly Operation[] = [...publishing, ...reading, ...users, ...revocations, ...feed, ...authorisation, ...health];

const appId: Parameter = {
  name: 'appId',
  in: 'path',
  required: true,
  description: 'Id of the app.',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' },
  example: '1',
};

const appKey: Parameter = {
  name: 'appKey',
  in: 'path',
  required: true,
  description: 'Key of the app.',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
  example: 'app-key',
};

/** The parameters of every signed request. */
const signature: readonly Parameter[] = [
  { name: 'auth_key', in: 'query', required: true, description: 'Key of the app.', schema: { type: 'string' } },
  {
    name: 'auth_timestamp',
    in: 'query',
    required: true,
    description: 'Seconds since 1970, at most 600 s off.',
    schema: { type: 'string', pattern: '^\\d+$' },
  },
  { name: 'auth_version', in: 'query', required: true, description: 'The version of the signature.', schema: { const: '1.0' } },
  {
    name: 'body_md5',
    in: 'query',
    description: 'Hexadecimal MD5 of the body, when there is one.',
    schema: { type: 'string', pattern: '^[0-9a-f]{32}$' },
  },
];

const signedRefusals: Refusals = {
  401: 'The signature, the key or the time is wrong.',
  403: 'The app is disabled.',
  404: 'There is no such app, or no such path.',
  405: 'The path takes another verb, which `Allow` names.',
};

const description = [
  'The HTTP API of Pusher Channels, as every Pusher server SDK speaks it.',
  "Requests under `/apps` are signed: `auth_signature` is the hexadecimal HMAC-SHA256, with the app's secret, of the method, the path and the other " +
    'parameters of the query (names in lower case, sorted, not encoded, joined with `&`), with a line break between the three. Requests under `/auth` carry ' +
    'a token of a user instead (docs/authentication.md).',
  'Limits are the default ones; an app may have others. HTTP/1.1 only: a request of version 1.0 is answered 505.',
].join('\n\n');

/** The OpenAPI 3.1 document of the HTTP API. */
export function describeApi(limits: DocumentedLimits): object {
  const paths = [...new Set(operations.map(({ path }) => path))];
  return {
    openapi: '3.1.0',
    info: { title: 'Clarion HTTP API', version: '1.0', description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: 'http://127.0.0.1:6001', description: 'A server as it starts without options; `server.path` comes behind the port.' }],
    tags: [...new Set(operations.map(({ group }) => group))].map((name) => ({ name })),
    paths: Object.fromEntries(paths.map((path) => [path, describePath(operations.filter((operation) => operation.path === path))])),
    components: {
      schemas: sharedSchemas(limits),
      parameters: Object.fromEntries([appId, appKey, ...signature].map((parameter) => [parameter.name, parameter])),
      securitySchemes: {
        signature: { type: 'apiKey', in: 'query', name: 'auth_signature', description: 'See the description of the API.' },
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token as `apps[].jwt` says. A session cookie does as well.' },
      },
    },
  };
}

function describePath(all: readonly Operation[]): object {
  return Object.fromEntries(all.map((operation) => [operation.method, describeOperation(operation)]));
}

const security = { signed: [{ signature: [] }], token: [{ token: [] }], open: [] } as const;

function describeOperation(operation: Operation): object {
  const { id, group, summary, access, parameters, body, answer, path } = operation;
  const inherited = [...[appId, appKey].filter(({ name }) => path.includes(`{${name}}`)), ...(access === 'signed' ? signature : [])];
  return {
    operationId: id,
    tags: [group],
    summary,
    ...(operation.description !== undefined && { description: operation.description }),
    security: security[access],
    parameters: [...inherited.map(({ name }) => ({ $ref: `#/components/parameters/${name}` })), ...parameters],
    ...(body !== undefined && { requestBody: describeBody(body) }),
    responses: {
      200: {
        description: answer.description,
        content: { [answer.mediaType ?? 'application/json']: { schema: answer.schema, example: answer.example } },
      },
      ...Object.fromEntries(Object.entries(refusalsOf(operation)).map(([status, meaning]) => [status, describeRefusal(status, meaning)])),
    },
  };
}

function describeBody({ schema, isRequired, examples }: NonNullable<Operation['body']>): object {
  const named = Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
  return { required: isRequired, content: { 'application/json': { schema, examples: named } } };
}

function refusalsOf({ access, refusals }: Operation): Refusals {
  return access === 'signed' ? { ...signedRefusals, ...refusals } : refusals;
}

const headers: Readonly<Record<string, object>> = {
  405: { Allow: { description: 'The verb that the path takes.', schema: { type: 'string' } } },
  429: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } },
};

function describeRefusal(status: string, meaning: string): object {
  const own = headers[status];
  return { description: meaning, ...(own !== undefined && { headers: own }), content: { 'application/json': { schema: reference('Error') } } };
}
