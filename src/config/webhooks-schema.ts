import { z } from 'zod';
import type { WebhookSettings } from '../webhooks/settings.ts';

const megabyte = 1_048_576;

/** `webhooks`: how webhooks of all apps are delivered. */
export const webhooksSchema = z.strictObject({
  allowPrivateTargets: z
    .boolean()
    .default(false)
    .describe(
      'Whether endpoints on loopback, private, link-local and metadata addresses are called. Keep it off when app owners may choose the URL.',
    ),
  allowHttp: z
    .boolean()
    .exactOptional()
    .describe('Whether endpoints without TLS are called. By default they are, except with `NODE_ENV=production`.'),
  smoothingMilliseconds: z
    .int()
    .min(0)
    .max(60_000)
    .default(3000)
    .describe('How long `channel_vacated` and `member_removed` wait for the client to come back, as after a page reload. 0 sends at once.'),
  timeoutMilliseconds: z.int().min(100).max(60_000).default(4000).describe('Time for one attempt, from connecting to the end of the reply.'),
  retrySeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(300)
    .describe('Age at which an event is given up and put on the dead-letter list. Receivers may refuse events older than 300 s.'),
  breakerFailures: z.int().min(1).max(1000).default(5).describe('Failures in a row after which an endpoint is left alone for a while.'),
  breakerSeconds: z.int().min(1).max(3600).default(15).describe('How long an endpoint is left alone.'),
  batchMilliseconds: z
    .int()
    .min(0)
    .max(60_000)
    .default(1000)
    .describe('Endpoints with `batch`: how long the first event of a request waits for others.'),
  batchEvents: z.int().min(1).max(10_000).default(100).describe('Endpoints with `batch`: events at which a request is sent at once.'),
  batchBytes: z
    .int()
    .min(1024)
    .max(16 * megabyte)
    .default(262_144)
    .describe('Endpoints with `batch`: size of a request body that no further event may exceed.'),
  queueEvents: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(100_000)
    .describe('Events waiting for one endpoint, each counted once per kilobyte. More are given up, the oldest first.'),
  replyBytes: z
    .int()
    .min(0)
    .max(16 * megabyte)
    .default(megabyte)
    .describe("How much of an endpoint's reply is read."),
  deadLetterEvents: z.int().min(0).max(1_000_000).default(1000).describe('Entries of the dead-letter list. More push the oldest out.'),
  deadLetterFile: z.string().min(1).exactOptional().describe('File that keeps the dead-letter list over restarts. In memory by default.'),
} satisfies Record<keyof WebhookSettings, z.ZodType>);
