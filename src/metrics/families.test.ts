import { describe, expect, it } from 'vitest';
import { createSources } from '../testing/metric-sources.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { families } from './families.ts';
import { measure } from './family.ts';
import { snakeCase } from './snake-case.ts';

const bounded = new Set(['app', 'kind', 'level', 'node', 'operation', 'reason', 'result', 'route', 'scope', 'source', 'status', 'version']);

describe('the metrics', () => {
  it.each(families.map((family) => [family.name, family] as const))(
    '%s has a name that says its unit, and labels that are bounded',
    (name, family) => {
      expect(name).toMatch(/^clarion_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total')).toBe(family.type === 'counter');
      expect(name).not.toMatch(/milliseconds|_ms\b|kilobytes/);
      if (family.type === 'histogram') expect(name).toMatch(/_(seconds|messages)$/);
      for (const label of family.labels ?? []) expect(bounded).toContain(label);
      expect(family.help).toMatch(/[.]$/);
    },
  );

  it('have each name once', () => {
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
  });

  it('are there before anything has happened, but for those that only come with an event', () => {
    const late = ['clarion_http_requests_total', 'clarion_registry_operations_total', 'clarion_certificate_expiry_timestamp_seconds'];
    const sources = createSources();
    const missing = families.map((family) => measure(family, sources)).filter(({ values }) => values.length === 0);
    expect(missing.map(({ name }) => name)).toEqual(late);
  });

  it('are read without being changed', async () => {
    const engine = createTestEngine();
    const sources = createSources(engine);
    await (await engine.connect()).subscribe('room');
    const read = () => families.map((family) => measure(family, sources));
    expect(read()).toEqual(read());
  });

  it('name what limits and operations there are without knowing them', () => {
    const sources = createSources();
    sources.cluster.operations.set('renew', { ok: 3, failed: 1 });
    const operations = families.find(({ name }) => name === 'clarion_registry_operations_total');
    expect(operations && measure(operations, sources).values).toEqual([
      { value: 3, labels: { operation: 'renew', result: 'ok' } },
      { value: 1, labels: { operation: 'renew', result: 'error' } },
    ]);
  });
});

it.each([
  ['clientEvents', 'client_events'],
  ['UNKNOWN_APP', 'unknown_app'],
  ['not-yet-valid', 'not_yet_valid'],
  ['reads', 'reads'],
])('%s is %s as the value of a label', (name, label) => {
  expect(snakeCase(name)).toBe(label);
});
