import { z } from 'zod';

/** `feed`: the live feed of events, and the numbers of `clarion top`. */
export const feedSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Whether `GET /apps/ID/feed` and `/stats` answer, as `clarion listen` and `clarion top` ask them. Both need a key and its secret.'),
  readersPerApp: z.int().min(1).max(100).default(5).describe('Readers that the feed of one app may have on this node.'),
  linesPerSecond: z
    .int()
    .min(1)
    .max(10_000)
    .default(200)
    .describe('Lines per second to one reader, and from one node to another for one. What is above is left out, and counted.'),
  dataBytes: z
    .int()
    .min(1)
    .max(65_536)
    .default(1024)
    .describe("How much of an event's data a line shows to a reader who asks for data, in bytes of UTF-8."),
});
