import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeSettings, publishedSchema } from './json-schema.ts';
import { loadConfig } from './load.ts';
import { listOptions } from './option.ts';
import { describeOptions } from './reference.ts';

const folder = new URL('../../config/', import.meta.url);

// `npx vitest run --update src/config/generated-files.test.ts` writes them anew.
it('has a JSON Schema that is up to date', async () => {
  await expect(`${JSON.stringify(publishedSchema(), null, 2)}\n`).toMatchFileSnapshot('../../config/clarion.schema.json');
});

it('has a reference page that is up to date', async () => {
  await expect(describeOptions(listOptions(describeSettings()))).toMatchFileSnapshot('../../config/reference.md');
});

it('has an example that is valid and needs nothing that is not built yet', () => {
  const file = new URL('clarion.example.json', folder).pathname;
  const { config, warnings } = loadConfig({ file, environment: { NODE_ENV: 'production' } });
  expect(warnings).toEqual([]);
  expect(config.apps.length).toBeGreaterThan(1);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ $schema: './clarion.schema.json' });
});
