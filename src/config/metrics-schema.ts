import { z } from 'zod';

/** `metrics`: the port for Prometheus. */
export const metricsSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Whether `/metrics` and `/usage` are served, on a port of their own. A port that is taken stops nothing: it is tried again.'),
  host: z.string().min(1).default('127.0.0.1').describe('Address of that port. There is no password: let nobody but the collector reach it.'),
  port: z.int().min(0).max(65_535).default(9601).describe('TCP port for `/metrics` and `/usage`. 0 picks a free one.'),
  compat: z
    .enum(['soketi'])
    .exactOptional()
    .describe('Show the most important numbers under the names of Soketi too, for dashboards that know those.'),
});
