import { z } from 'zod';
import { isNetwork } from '../core/network-list.ts';
import { appSchema } from './app-schema.ts';
import { feedSchema } from './feed-schema.ts';
import { healthSchema } from './health-schema.ts';
import { limitsSchema } from './limits-schema.ts';
import { logSchema } from './log-schema.ts';
import { metricsSchema } from './metrics-schema.ts';
import { redisSchema } from './redis-schema.ts';
import { webhooksSchema } from './webhooks-schema.ts';

const serverSchema = z.strictObject({
  host: z.string().min(1).default('0.0.0.0').describe('Address to listen on.'),
  port: z.int().min(0).max(65_535).default(6001).describe('TCP port for WebSocket and HTTP. 0 picks a free one.'),
  path: z
    .string()
    .regex(/^\/?([A-Za-z0-9._~-]+\/)*[A-Za-z0-9._~-]*$/, 'must be a URL path such as /realtime')
    .transform((path) => path.replace(/^(?=[^/])/, '/').replace(/\/$/, ''))
    .prefault('')
    .describe('Path in front of `/app` and `/apps`, as a reverse proxy leaves it there.'),
  tls: z
    .strictObject({
      certFile: z.string().min(1).describe('Certificate chain, a PEM file.'),
      keyFile: z.string().min(1).describe('Private key, a PEM file.'),
    })
    .exactOptional()
    .describe('Serve TLS directly (1.2 or later). Without it a proxy does, or nobody. Both files are read again when they change, and on SIGHUP.'),
  trustedProxies: z
    .array(z.string().refine(isNetwork, 'must be an address or a network such as 10.0.0.0/8'))
    .default([])
    .describe('Proxies in front, as addresses or networks. Only theirs are X-Forwarded-For, X-Forwarded-Proto and the PROXY protocol believed.'),
});

/** The configuration as people write it: the one source of its check, its types, the JSON Schema, the variables and the reference page. */
export const settingsSchema = z.strictObject({
  $schema: z.string().exactOptional().describe('Where editors find the JSON Schema of this file.'),
  preset: z
    .enum(['pusher', 'reverb', 'soketi'])
    .exactOptional()
    .describe('Start from the numbers of another server. By default it follows the variables of that server, if any are set.'),
  server: serverSchema.prefault({}),
  apps: z.array(appSchema).prefault([]).describe('The apps that are served. Without any, a development app is.'),
  limits: limitsSchema.prefault({}).describe('Sizes, counts, rates and times.'),
  delivery: z
    .strictObject({
      windowMilliseconds: z
        .int()
        .min(0)
        .max(1000)
        .default(1)
        .describe(
          'How long events of a busy channel wait to be sent together. A sparse event never waits, nor does one where waiting gathers nothing. 0 sends each at once. What tells members of a crowd that comes or goes waits up to 10 ms, or one window if that is longer.',
        ),
    })
    .prefault({}),
  drain: z
    .strictObject({
      windowSeconds: z.number().min(0).max(3600).default(10).describe('Time over which open connections are sent away when the server stops.'),
    })
    .prefault({}),
  webhooks: webhooksSchema.prefault({}).describe('How webhooks are delivered.'),
  log: logSchema.prefault({}),
  health: healthSchema.prefault({}).describe('When a node says that it wants no more clients.'),
  metrics: metricsSchema.prefault({}).describe('Numbers for Prometheus.'),
  feed: feedSchema.prefault({}).describe('The live feed: what happens in an app, for whoever holds its secret.'),
  workers: z
    .union([z.int().min(1).max(1024), z.literal('auto')], 'must be a whole number from 1 to 1024, or auto')
    .default(1)
    .describe('Processes that share the port; `auto` for one per processor. With 1 there is only one process in all.'),
  redis: redisSchema.exactOptional().describe('Redis for a cluster of nodes. Without it each node is alone.'),
});

export type Settings = z.output<typeof settingsSchema>;
