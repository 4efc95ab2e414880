import { expect, it } from 'vitest';
import { createSources } from '../testing/metric-sources.ts';
import { families } from './families.ts';
import { describeMetrics } from './reference.ts';

// `npx vitest run --update src/metrics/reference.test.ts` writes it anew.
it('has a reference page that is up to date', async () => {
  await expect(describeMetrics(families, createSources())).toMatchFileSnapshot('../../docs/metrics.md');
});

it('has every metric on the page, once', () => {
  const page = describeMetrics(families, createSources());
  for (const { name } of families) expect(page.split(`| \`${name}\` |`)).toHaveLength(2);
});
