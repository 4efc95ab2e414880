import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isForeign } from './support/own-server.ts';
import { startServer, type TestServer } from './support/server.ts';
import { signedQuery } from './support/signature.ts';
import { type Credentials, needsOwnServer } from './support/target.ts';
import { signToken } from './support/token.ts';

interface Media {
  readonly schema: object;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
  readonly example?: unknown;
}

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly example?: string;
}

interface Operation {
  readonly operationId: string;
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, Media>> }>>;
}

/** One request that the document describes. */
interface Request {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
  readonly title: string;
  readonly body?: unknown;
}

const documentName = 'openapi';
const document = parse(readFileSync(new URL('../docs/openapi.yaml', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, documentName);

const tokenSecret = 'the secret of the issuer of tokens';
const jwt = { secret: tokenSecret, sources: ['header', 'ticket', 'cookie'] };
const app = { id: '1', key: 'app-key', secret: 'app-secret', allowedOrigins: ['https://shop.example'], allowMissingOrigin: true, jwt };
const disabled = { id: 'disabled', key: 'disabled-key', secret: 'disabled-secret', enabled: false };
const token = signToken(tokenSecret, { sub: 'grace', capabilities: { subscribe: ['private-*'] } });

let server: TestServer;
beforeEach(needsOwnServer('apps of its own'));
beforeAll(async () => {
  if (!isForeign()) server = await startServer({ apps: [app, disabled], drain: { windowSeconds: 0 } });
});
afterAll(async () => void (await server?.stop()));

const operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);

/** One for each example of a body. */
const requests = operations.flatMap(({ path, method, operation }): Request[] => {
  const examples = Object.entries(operation.requestBody?.content['application/json']?.examples ?? {});
  const plain = { path, method, operation, title: operation.operationId };
  return examples.length === 0 ? [plain] : examples.map(([name, { value }]) => ({ ...plain, title: `${plain.title}, ${name}`, body: value }));
});

const isSigned = ({ security }: Operation) => security.some((scheme) => 'signature' in scheme);
const takesToken = ({ security }: Operation) => security.some((scheme) => 'token' in scheme);

function parameterOf({ $ref, ...parameter }: Parameter): Parameter {
  return $ref === undefined ? parameter : document.components.parameters[$ref.split('/').at(-1) ?? ''];
}

interface Sent {
  readonly credentials?: Credentials | undefined;
  readonly body?: unknown;
  readonly appKey?: string;
  readonly token?: string | undefined;
}

/** Sends a request as the document describes it. */
function send({ path, method, operation }: Request, { credentials, body, appKey = app.key, token: bearer }: Sent): Promise<Response> {
  const parameters = operation.parameters.map(parameterOf);
  const fill = (_: string, name: string) =>
    name === 'appId'
      ? (credentials?.id ?? app.id)
      : name === 'appKey'
        ? appKey
        : (parameters.find((parameter) => parameter.name === name)?.example ?? '');
  const url = new URL(server.httpUrl + path.replace(/\{(\w+)\}/g, fill));
  const query = Object.fromEntries(
    parameters.flatMap(({ name, in: place, example }) => (place === 'query' && example !== undefined ? [[name, example]] : [])),
  );
  const text = body === undefined ? '' : JSON.stringify(body);
  url.search = new URLSearchParams(query).toString();
  if (credentials !== undefined) url.search = signedQuery(credentials, { method, path: url.pathname, query, body: text }).toString();
  const headers = { 'content-type': 'application/json', ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }) };
  return fetch(url, { method, headers, ...(text !== '' && { body: text }) });
}

function asDocumented({ operation }: Request): Sent {
  return { ...(isSigned(operation) && { credentials: app }), ...(takesToken(operation) && { token }) };
}

function schemaAt(...steps: readonly string[]): ValidateFunction {
  return ajv.compile({
    $ref: `${documentName}#/${steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`,
  });
}

async function expectDocumented(request: Request, response: Response): Promise<void> {
  const { path, method, operation } = request;
  const { status } = response;
  const text = await response.text();
  expect(Object.keys(operation.responses), `${status} ${text}`).toContain(String(status));
  const matches = schemaAt('paths', path, method.toLowerCase(), 'responses', String(status), 'content', 'application/json', 'schema');
  matches(JSON.parse(text));
  expect(matches.errors ?? [], text).toEqual([]);
}

describe('a documented request', () => {
  it.each(requests)('is answered as documented: $title', async (request) => {
    const response = await send(request, { ...asDocumented(request), body: request.body });
    expect(response.status, request.title).toBe(200);
    const [mediaType] = Object.keys(request.operation.responses['200']?.content ?? {});
    expect(response.headers.get('content-type')).toBe(mediaType);
    if (mediaType !== 'application/json') return void (await response.body?.cancel());
    await expectDocumented(request, response);
  });

  it.each(requests.filter(({ body }) => body !== undefined))('has a body of the documented shape: $title', ({ path, method, body }) => {
    const matches = schemaAt('paths', path, method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema');
    matches(body);
    expect(matches.errors ?? []).toEqual([]);
  });

  it.each(requests.filter(({ operation }) => isSigned(operation)))('is refused as documented without its signature: $title', async (request) => {
    const responses = await Promise.all([
      send(request, { body: request.body }),
      send(request, { body: request.body, credentials: { ...app, secret: 'wrong' } }),
      send(request, { body: request.body, credentials: disabled }),
    ]);
    expect(responses.map(({ status }) => status)).toEqual([401, 401, 403]);
    for (const response of responses) await expectDocumented(request, response);
  });

  it.each(requests.filter(({ operation }) => takesToken(operation)))('is refused as documented without its token: $title', async (request) => {
    const responses = await Promise.all([
      send(request, { body: request.body }),
      send(request, { body: request.body, token: request.operation.operationId === 'deleteSession' ? undefined : 'x.y.z' }), // forgets any token
      send(request, { body: request.body, token, appKey: 'nobody' }),
      send(request, { body: request.body, token, appKey: disabled.key }),
    ]);
    expect(responses.map(({ status }) => status)).toEqual([401, 401, 404, 404]);
    for (const response of responses) await expectDocumented(request, response);
  });

  it.each(requests.filter(({ path }) => path.startsWith('/apps/{appId}')))('is refused as documented for an unknown app: $title', async (request) => {
    const response = await send(request, { body: request.body, credentials: { ...app, id: 'nobody' } });
    expect(response.status).toBe(404);
    await expectDocumented(request, response);
  });

  it.each(requests.filter(({ body }) => body !== undefined && Object.keys(Object(body)).length > 0))(
    'is refused as documented with a body that is none: $title',
    async (request) => {
      const response = await send(request, { ...asDocumented(request), body: null });
      expect(response.status).toBe(400);
      await expectDocumented(request, response);
    },
  );

  it.each(requests.filter(({ operation }) => '405' in operation.responses))('is refused as documented with another verb: $title', async (request) => {
    const response = await send({ ...request, method: 'PUT' }, asDocumented(request));
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toContain(request.method);
    await expectDocumented(request, response);
  });
});

it('has examples of answers that have the documented shape', () => {
  for (const { path, method, operation } of operations) {
    for (const [status, { content }] of Object.entries(operation.responses)) {
      for (const [mediaType, { example }] of Object.entries(content)) {
        if (example === undefined) continue;
        const matches = schemaAt('paths', path, method.toLowerCase(), 'responses', status, 'content', mediaType, 'schema');
        matches(example);
        expect(matches.errors ?? [], `${operation.operationId} ${status}`).toEqual([]);
      }
    }
  }
});
