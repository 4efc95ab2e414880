import { z } from 'zod';
import { parsePolicy } from '../core/channel-pattern.ts';
import { signatureAlgorithms, tokenSources } from '../core/jwt-settings.ts';
import { chooseKeys } from './jwt-keys.ts';

const claim = z.string().min(1).max(128);

const policies = z
  .array(
    z.string().superRefine((text, context) => {
      const pattern = parsePolicy(text);
      if (typeof pattern === 'string') context.addIssue(pattern);
    }),
  )
  .max(100)
  .default([]);

/** 32 bytes have exactly one spelling. */
function base64Key(description: string) {
  return z
    .string()
    .refine((text) => {
      const bytes = Buffer.from(text, 'base64');
      return bytes.length === 32 && bytes.toString('base64') === text;
    }, 'must be 32 bytes in base64, as `openssl rand -base64 32` prints them')
    .exactOptional()
    .meta({ description, writeOnly: true });
}

const keys = {
  secret: z
    .string()
    .min(1)
    .max(4096)
    .exactOptional()
    .meta({ description: 'Shared secret that tokens are signed with (HS256: at least 32 bytes, HS384: 48, HS512: 64).', writeOnly: true }),
  pem: z
    .string()
    .min(1)
    .max(16_384)
    .exactOptional()
    .describe('Public key that tokens are verified with, PEM text: RSA, P-256, P-384, P-521 or Ed25519.'),
  jwk: z.string().min(1).max(16_384).exactOptional().meta({ description: 'One key as JSON Web Key, JSON text.', writeOnly: true }),
  jwksUrl: z
    .string()
    .min(1)
    .max(2048)
    .exactOptional()
    .describe("Where the issuer publishes its keys (JSON Web Key Set). Tokens cannot change it: what they say about their keys' place is refused."),
  jwksAllowHttp: z.boolean().default(false).describe('Whether `jwksUrl` may be without TLS. On loopback it may in any case.'),
  jwksAllowPrivateAddress: z
    .boolean()
    .default(false)
    .describe('Whether `jwksUrl` may be on a private network, such as that of a cluster. On loopback it may in any case.'),
};

/** `apps[].jwt`: how an app takes JSON Web Tokens. */
export const jwtSchema = z
  .strictObject({
    mode: z
      .enum(['off', 'optional', 'required'])
      .default('optional')
      .describe('Whether a connection may, or must, bring a token. `off` leaves the hosted endpoints `/auth/KEY/…`.'),
    ...keys,
    algorithms: z
      .array(z.enum(signatureAlgorithms))
      .min(1)
      .exactOptional()
      .describe('Algorithms that are accepted. By default the usual one of the key; for `jwksUrl` RS256, PS256, ES256 and EdDSA.'),
    issuers: z.array(z.string().min(1)).max(100).default([]).describe('Accepted values of `iss`. No check when empty.'),
    audiences: z.array(z.string().min(1)).max(100).default([]).describe('Accepted values of `aud`. No check when empty.'),
    toleranceSeconds: z.int().min(0).max(60).default(10).describe('How far clocks may differ.'),
    maxLifetimeSeconds: z
      .int()
      .min(60)
      .max(31_536_000)
      .default(2_592_000)
      .describe('A token whose `exp` is further away is refused. Revocations are kept for so long.'),
    sources: z
      .array(z.enum(tokenSources))
      .min(1)
      .default(['header', 'protocol', 'ticket', 'message'])
      .describe('Where a connection may carry its token, in the order in which it is looked for. `cookie` needs `allowedOrigins`.'),
    cookie: z
      .strictObject({
        name: z
          .string()
          .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/, 'must be the name of a cookie')
          .default('__Host-clarion')
          .describe('Cookie that holds the token. Sessions need a name that begins with `__Host-`.'),
        encryptionKey: base64Key('Key of encrypted cookies (JWE, `dir` and A256GCM), 32 bytes in base64. Without it cookies are signed tokens.'),
        acceptsClaims: z
          .boolean()
          .default(false)
          .describe('Whether an encrypted cookie may hold the claims alone, without a signature: the key is then all that makes them trusted.'),
      })
      .prefault({}),
    signinTimeoutSeconds: z.number().min(1).max(300).default(10).describe('With the source `message`: the time for the token to come.'),
    graceSeconds: z.number().min(0).max(3600).default(30).describe('From the end of a token that was not renewed to the close of its connection.'),
    ticketSeconds: z.int().min(5).max(86_400).default(600).describe('For how long a ticket can be used; never longer than its token.'),
    sessionSeconds: z.int().min(60).max(31_536_000).default(86_400).describe('Life of a session cookie; never longer than its token.'),
    userInfo: z.record(z.string().min(1).max(128), claim).default({}).describe('Fields of `user_info`, each with the claim that it comes from.'),
    capabilitiesClaim: claim.default('capabilities').describe('Claim with `{"subscribe": […], "publish": […]}`, lists of channel patterns.'),
    watchlistClaim: claim.exactOptional().describe('Claim with the ids of users to watch.'),
    policies: z
      .strictObject({
        subscribe: policies.describe(
          'Channels that every token may subscribe to, such as `private-App.Models.User.{sub}` or `presence-team.{team_id}.*`.',
        ),
        publish: policies.describe('Channels that every token may send client events to.'),
      })
      .prefault({}),
    encryptionMasterKey: base64Key('Master key for `private-encrypted-` channels, 32 bytes in base64, the same as in the backend.'),
  })
  .superRefine((jwt, context) => {
    const chosen = chooseKeys(jwt);
    if ('message' in chosen) context.addIssue({ code: 'custom', path: [...chosen.path], message: chosen.message });
  });

export type AppJwtSettings = z.output<typeof jwtSchema>;
