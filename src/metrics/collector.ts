import { families } from './families.ts';
import { measure } from './family.ts';
import type { Readings } from './readings.ts';
import type { RuntimeMetrics } from './runtime.ts';
import type { MetricsSettings } from './settings.ts';
import { soketiMetrics } from './soketi.ts';
import type { Sources } from './sources.ts';
import { readUsage } from './usage.ts';

interface CollectorOptions {
  readonly sources: Sources;
  readonly runtime: RuntimeMetrics;
  readonly settings: Pick<MetricsSettings, 'compat'>;
  /** Where this process serves. */
  readonly port: number;
}

/** Reads every metric of this process. All the work of metrics is done here, when somebody asks. */
export async function collect({ sources, runtime, settings, port }: CollectorOptions): Promise<Readings> {
  const own = families.map((family) => measure(family, sources));
  const ofProcess = await runtime.collect();
  const compat = settings.compat === 'soketi' ? soketiMetrics(sources, ofProcess, port) : [];
  return { metrics: [...own, ...ofProcess, ...compat], usage: readUsage() };
}
