import { z } from 'zod';
import { orUnlimited } from './limits-schema.ts';

/** `health`: when a node says that it wants no more clients. */
export const healthSchema = z.strictObject({
  memoryPercent: z
    .number()
    .min(1)
    .max(100)
    .nullable()
    .transform((value) => value ?? Number.POSITIVE_INFINITY)
    .prefault(85)
    .describe(
      'Share of its memory from which on `/ready` and `/accept-traffic` fail: of the container or machine, divided by `workers`, and of the heap.',
    ),
  memoryBytes: orUnlimited(1).prefault(null).describe('The same as a size, for each process. Whichever comes first counts.'),
  outageSeconds: orUnlimited(0)
    .prefault(5)
    .describe(
      'How long Redis may be out of reach before `/ready` fails. All nodes fail together then: no limit suits a balancer that would cut connections.',
    ),
});
