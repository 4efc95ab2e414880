import { z } from 'zod';
import { type WebhookEndpoint, webhookEventNames } from '../core/app.ts';
import { parseOriginPattern } from '../core/origin.ts';
import { jwtSchema } from './jwt-schema.ts';
import { appLimitsSchema, orUnlimited } from './limits-schema.ts';

/** What may stand in `/app/KEY` without being escaped, and before the colon of `KEY:SIGNATURE`. */
const key = z
  .string()
  .regex(/^[A-Za-z0-9._~!$*+=@-]{1,128}$/, 'must be 1 to 128 letters, digits or any of . _ ~ ! $ * + = @ -')
  .describe('Public key of the app; clients connect with it.');

const secret = z
  .string()
  .min(1)
  .max(1024)
  .meta({ description: 'Secret that belongs to the key; signs requests, subscriptions and webhooks. Never sent anywhere.', writeOnly: true });

const badOrigin = 'must be an origin such as https://example.com or https://*.example.com, a host, `null` or `*`';

const needsOrigins =
  'has cookie, which any page in a browser could use: give the app allowedOrigins, neither `*` nor `null` among them, or leave cookie out';

const keySchema = z.strictObject({
  key,
  secret,
  status: z
    .enum(['active', 'verify-only', 'revoked'])
    .default('active')
    .describe('`verify-only`: accepted, but nothing new is signed with it. `revoked`: as if it did not exist.'),
});

const webhookSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http: or https: URL' })
    .describe('Where events are posted to. See `webhooks` for what is refused.'),
  events: z
    .array(z.enum(webhookEventNames))
    .min(1)
    .default([...webhookEventNames])
    .describe('Kinds of events that are sent. All of them by default.'),
  filter: z
    .strictObject({
      channelNameStartsWith: z.string().min(1).exactOptional().describe('Only channels whose name starts with this.'),
      channelNameEndsWith: z.string().min(1).exactOptional().describe('Only channels whose name ends with this.'),
    })
    .prefault({}),
  headers: z
    .record(
      z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be a header name'),
      z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be a header value'),
    )
    .default({})
    .meta({ description: "Sent in addition to the protocol's own headers, which win.", writeOnly: true }),
  batch: z.boolean().default(false).describe('Send several events in one request.'),
}) satisfies z.ZodType<WebhookEndpoint>;

const appShape = z.strictObject({
  id: z
    .union(
      [z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -'), z.int().min(0)],
      'must be 1 to 64 letters, digits, _ or -',
    )
    .transform(String)
    .describe('Id of the app in the HTTP API: 1 to 64 letters, digits, _ or -; a number is accepted as well.'),
  key: key.exactOptional(),
  secret: secret.exactOptional(),
  keys: z
    .array(keySchema)
    .min(1)
    .exactOptional()
    .describe('Several keys, instead of `key` and `secret`, to change a secret without a failed request. The first active one signs webhooks.'),
  enabled: z.boolean().default(true).describe('Whether the app is served. Connections to a disabled app are closed with 4003.'),
  clientEvents: z.boolean().default(true).describe('Whether members of private and presence channels may send client events (whispers).'),
  subscriptionCount: z.boolean().default(false).describe('Whether `subscription_count` is sent to subscribers and webhooks.'),
  watchlist: z.boolean().default(false).describe('Whether signed-in users are told when users they watch come online and go offline.'),
  userAuthentication: z
    .strictObject({
      required: z
        .boolean()
        .default(false)
        .describe('Close connections with 4009 that neither sign in nor join a private or presence channel in time.'),
      timeoutSeconds: z.number().min(1).max(3600).default(30).describe('The time they have.'),
    })
    .prefault({}),
  maxConnections: orUnlimited(0).prefault(null).describe('Open connections of the app; one more is closed with 4004.'),
  allowedOrigins: z
    .array(z.string().refine((text) => parseOriginPattern(text) !== undefined, badOrigin))
    .min(1)
    .exactOptional()
    .describe(
      'Origins from which browsers may connect; others are closed with 4009. `https://example.com`, `https://*.example.com` for its subdomains, a host ' +
        'alone for any scheme and port, `null` for sandboxed pages, `*` for all. All by default.',
    ),
  allowMissingOrigin: z
    .boolean()
    .default(false)
    .describe('With `allowedOrigins`: whether clients without an Origin, which are no browsers, may connect.'),
  tlsOnly: z.boolean().default(false).describe('Whether clients without TLS are sent away with 4000, on which they come back with TLS.'),
  jwt: jwtSchema.exactOptional().describe('JSON Web Tokens. Without it the app takes none.'),
  limits: appLimitsSchema.prefault({}).describe('Limits of this app, where they differ from the general `limits`.'),
  webhooks: z.array(webhookSchema).max(100).prefault([]).describe('Where events of this app are sent to.'),
});

/** One of `apps`. That it has either `key` and `secret` or `keys` is checked after this. */
export const appSchema = appShape.superRefine(({ jwt, allowedOrigins = ['*'] }, context) => {
  // Browsers send cookies along with what any page asks for: only the origin tells whose page it is.
  if (!jwt?.sources.includes('cookie') || !allowedOrigins.some((origin) => origin === '*' || origin === 'null')) return;
  context.addIssue({ code: 'custom', path: ['jwt', 'sources'], message: needsOrigins });
});

export type AppSettings = z.output<typeof appSchema>;
