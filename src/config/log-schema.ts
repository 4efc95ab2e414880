import { z } from 'zod';
import { orUnlimited } from './limits-schema.ts';

/** `log`: what is logged, and how. */
export const logSchema = z.strictObject({
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('How much is logged. `clarion log-level` changes it while the server runs, and SIGUSR2 switches debug on and off.'),
  pretty: z.boolean().exactOptional().describe('Lines for people instead of JSON. By default on a terminal only.'),
  format: z
    .enum(['default', 'ecs'])
    .default('default')
    .describe('Names of the fields of JSON lines: as the documentation has them, or those of the Elastic Common Schema.'),
  repeatLines: orUnlimited(1)
    .prefault(10)
    .describe('Lines with the same message and reason that are written per `repeatSeconds`. The others are counted. At level debug all are written.'),
  repeatSeconds: z.int().min(1).max(3600).default(10).describe('Time after which repeated lines are summed up.'),
});
