import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { authRoutes } from '../../auth/router.ts';
import { defaultAppLimits } from '../../protocol/limits.ts';
import { healthRoutes } from '../health.ts';
import { routes } from '../routes.ts';
import { describeApi, operations } from './document.ts';

// `npx vitest run --update src/http/openapi/document.test.ts` writes it anew.
it('is what docs/openapi.yaml holds', async () => {
  const text = stringify(describeApi(defaultAppLimits), { lineWidth: 140, aliasDuplicateObjects: false });
  await expect(text).toMatchFileSnapshot('../../../docs/openapi.yaml');
});

it('is a document of OpenAPI 3.1', async () => {
  const result = await new Validator().validate(JSON.parse(JSON.stringify(describeApi(defaultAppLimits))));
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
});

it('names every route, and nothing that is no route', () => {
  const anyPart = (path: string) => path.replace(/\{[^}]+\}/g, '*');
  const documented = operations.map(({ method, path }) => `${method.toUpperCase()} ${anyPart(path)}`);
  const existing = [
    ...routes.map(({ method, path }) => `${method} /apps/*/${path.join('/')}`),
    ...[...authRoutes].flatMap(([name, { methods }]) => [...methods.keys()].map((method) => `${method} /auth/*/${name}`)),
    ...[...healthRoutes.keys()].map((path) => `GET ${path}`),
    'POST /users/*/terminate_connections', // without the app, as one SDK sends it
  ];
  expect(documented.toSorted()).toEqual(existing.toSorted());
});

it('gives each operation an id of its own', () => {
  expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
});
