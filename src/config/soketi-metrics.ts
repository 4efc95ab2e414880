import { type Alias, type AliasTable, sameAs } from './alias.ts';
import { parseBoolean } from './env-value.ts';

/** Who had Soketi's metrics has dashboards for them, and something on another machine that collects them: Soketi listens on all addresses. */
const enabled: Alias = (text) => {
  const isEnabled = parseBoolean(text);
  if (isEnabled === undefined) return { fault: 'must be true or false' };
  if (!isEnabled) return { settings: [{ path: 'metrics.enabled', value: false }] };
  return {
    settings: [
      { path: 'metrics.enabled', value: true },
      { path: 'metrics.host', value: '0.0.0.0' },
      { path: 'metrics.compat', value: 'soketi' },
    ],
  };
};

/** A value of which only the one that is built in has a counterpart. */
function only(value: string, instead: string): Alias {
  return (text) =>
    text === value ? { remark: 'names what is built in' } : { warning: `has no counterpart for this value and is ignored: ${instead}` };
}

/** Soketi's variables about metrics; the host wins over the one that follows from switching them on. */
export const soketiMetrics: AliasTable = {
  SOKETI_METRICS_ENABLED: enabled,
  SOKETI_METRICS_HOST: sameAs('metrics.host'),
  SOKETI_METRICS_SERVER_PORT: sameAs('metrics.port'),
  SOKETI_METRICS_DRIVER: only('prometheus', 'metrics are for Prometheus'),
  SOKETI_METRICS_PROMETHEUS_PREFIX: only('soketi_', 'with metrics.compat the prefix is soketi_'),
};
