import type { Claims } from '../../core/claim-values.ts';
import { type Identity, maxTokenIdCharacters, type TokenFault } from '../../core/identity.ts';
import type { JwtSettings } from '../../core/jwt-settings.ts';
import { permissionsOf, readCapabilities, type readPolicies } from '../../core/permissions.ts';
import type { AppLimits } from '../../protocol/limits.ts';
import { memberOf } from '../../protocol/member.ts';
import type { UserData } from '../../protocol/user-data.ts';

/** By what the claims of one app's tokens are judged. */
export interface ClaimRules {
  readonly jwt: JwtSettings;
  readonly limits: Pick<AppLimits, 'userIdCharacters' | 'userInfoBytes'>;
  /** `jwt.policies`, read. */
  readonly policies: ReturnType<typeof readPolicies>;
}

/** Whom trusted claims stand for. `now` in milliseconds since the epoch. */
export function readIdentity(rules: ClaimRules, claims: Claims, now: number): Identity | TokenFault {
  const { jwt, policies } = rules;
  const fault = timeFault(jwt, claims, now / 1000) ?? issuerFault(jwt, claims);
  if (fault !== undefined) return fault;
  const { exp, iat = 0, jti } = claims as { readonly exp: number; readonly iat?: number; readonly jti?: unknown };
  if (jti !== undefined && !(typeof jti === 'string' && jti.length <= maxTokenIdCharacters)) {
    return badClaims(`jti must be a text of at most ${maxTokenIdCharacters} characters`);
  }
  const user = readUser(rules, claims);
  if (typeof user === 'string') return badClaims(user);
  const capabilities = readCapabilities(claims, jwt.capabilitiesClaim);
  if (typeof capabilities === 'string') return badClaims(capabilities);
  return { tokenId: jti, user, issuedAt: iat * 1000, expiresAt: exp * 1000, allows: permissionsOf(policies, capabilities, claims) };
}

/** In seconds, which may have fractions (RFC 7519, section 2). */
function timeFault({ toleranceSeconds, maxLifetimeSeconds }: JwtSettings, { exp, nbf, iat }: Claims, now: number): TokenFault | undefined {
  if (exp === undefined) return badClaims('exp is missing');
  if (![exp, nbf, iat].every((time) => time === undefined || (Number.isFinite(time) && Number(time) >= 0))) {
    return badClaims('exp, nbf and iat must be numbers of seconds');
  }
  if (Number(exp) + toleranceSeconds <= now) return { reason: 'expired', message: 'The token has expired' };
  if (Number(exp) > now + maxLifetimeSeconds + toleranceSeconds) return badClaims(`exp is more than ${maxLifetimeSeconds} seconds away`);
  if (Number(nbf ?? 0) > now + toleranceSeconds) return { reason: 'not-yet-valid', message: 'The token is not valid yet' };
  // Who is revoked is refused by the time of issue: it may not be made up.
  if (Number(iat ?? 0) > now + toleranceSeconds) return { reason: 'not-yet-valid', message: 'The token was issued in the future' };
  return undefined;
}

function issuerFault({ issuers, audiences }: JwtSettings, { iss, aud }: Claims): TokenFault | undefined {
  if (issuers.length > 0 && !(typeof iss === 'string' && issuers.includes(iss))) {
    return { reason: 'issuer', message: 'The token is from another issuer (iss)' };
  }
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (audiences.length > 0 && !named.some((name) => typeof name === 'string' && audiences.includes(name))) {
    return { reason: 'audience', message: 'The token is for another audience (aud)' };
  }
  return undefined;
}

/** The user of the token, in the form of a sign-in. Returns the reason for a refusal as text. */
function readUser({ jwt, limits }: ClaimRules, claims: Claims): UserData | string {
  const { sub } = claims;
  // Issuers of the Laravel world write the number of a row, which RFC 7519 does not want.
  const member = memberOf(sub, readUserInfo(jwt.userInfo, claims), limits, 'sub');
  if (typeof member === 'string') return member;
  const { watchlistClaim } = jwt;
  const watchlist = watchlistClaim !== undefined && Object.hasOwn(claims, watchlistClaim) ? claims[watchlistClaim] : [];
  if (!Array.isArray(watchlist) || !watchlist.every((entry) => typeof entry === 'string')) return `${watchlistClaim} must be a list of texts`;
  return { member, watchlist: [...new Set<string>(watchlist)] };
}

/** Claims that the token does not have are left out; nothing is left of a token that has none. */
function readUserInfo(names: JwtSettings['userInfo'], claims: Claims): object | undefined {
  const found = Object.entries(names).filter(([, claim]) => Object.hasOwn(claims, claim));
  return found.length === 0 ? undefined : Object.fromEntries(found.map(([field, claim]) => [field, claims[claim]]));
}

function badClaims(message: string): TokenFault {
  return { reason: 'claims', message: `The token's claims are not accepted: ${message}` };
}
