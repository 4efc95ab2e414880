import { describe, expect, it } from 'vitest';
import { loadConfig } from './load.ts';

const metricsOf = (environment: Record<string, string>) => {
  const { config, warnings } = loadConfig({ environment });
  return { ...config.metrics, warnings };
};

describe("Soketi's variables about metrics", () => {
  it('bring its names and its address, because its collectors come from elsewhere', () => {
    expect(metricsOf({ SOKETI_METRICS_ENABLED: '1' })).toEqual({ enabled: true, host: '0.0.0.0', port: 9601, compat: 'soketi', warnings: [] });
  });

  it('say where, whatever comes first', () => {
    const environment = { SOKETI_METRICS_HOST: '10.0.0.1', SOKETI_METRICS_ENABLED: 'true', SOKETI_METRICS_SERVER_PORT: '9700' };
    expect(metricsOf(environment)).toMatchObject({ host: '10.0.0.1', port: 9700 });
  });

  it('can switch them off', () => {
    expect(metricsOf({ SOKETI_METRICS_ENABLED: '0' })).toMatchObject({ enabled: false, host: '127.0.0.1' });
  });

  it('warn where there is no choice', () => {
    const { warnings } = metricsOf({ SOKETI_METRICS_PROMETHEUS_PREFIX: 'ws_', SOKETI_METRICS_DRIVER: 'prometheus' });
    expect(warnings).toEqual([expect.stringContaining('SOKETI_METRICS_PROMETHEUS_PREFIX')]);
  });

  it('must be understood', () => {
    expect(() => metricsOf({ SOKETI_METRICS_ENABLED: 'perhaps' })).toThrow('must be true or false');
  });
});
