import { serverToUserPrefix } from '../protocol/channel-name.ts';
import { type ChannelPattern, matchesPattern, maxPatternCharacters, maxPatterns, parseGlob, parsePolicy } from './channel-pattern.ts';
import { type Claims, claimValues } from './claim-values.ts';
import type { ChannelAction, Identity } from './identity.ts';
import type { JwtSettings } from './jwt-settings.ts';

type PatternLists = Readonly<Record<ChannelAction, readonly ChannelPattern[]>>;

/** What every token of an app may do. The patterns have been checked: one that is none is left out. */
export function readPolicies({ subscribe, publish }: JwtSettings['policies']): PatternLists {
  const read = (texts: readonly string[]) => texts.map(parsePolicy).filter((pattern) => typeof pattern !== 'string');
  return { subscribe: read(subscribe), publish: read(publish) };
}

/** Reads a capabilities claim: `{subscribe: [...], publish: [...]}`, both optional. Returns the reason as text when it is none. */
export function readCapabilities(claims: Claims, name: string): PatternLists | string {
  const value = Object.hasOwn(claims, name) ? claims[name] : {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${name} must be an object with the lists subscribe and publish`;
  const { subscribe, publish } = { subscribe: [], publish: [], ...value };
  if (!isPatternList(subscribe) || !isPatternList(publish)) {
    return `${name}: subscribe and publish must be lists of at most ${maxPatterns} texts of at most ${maxPatternCharacters} characters`;
  }
  return { subscribe: subscribe.map(parseGlob), publish: publish.map(parseGlob) };
}

/** What a token with these claims may do on channels. Those of one user are never a matter of patterns: being the user opens them. */
export function permissionsOf(policies: PatternLists, capabilities: PatternLists, claims: Claims): Identity['allows'] {
  const known = new Map<string, ReadonlySet<string>>();
  const valuesOf = (claim: string): ReadonlySet<string> => {
    const values = known.get(claim) ?? claimValues(claims, claim);
    known.set(claim, values);
    return values;
  };
  return (action, channel) => {
    if (channel.startsWith(serverToUserPrefix)) return false;
    const isMeant = (pattern: ChannelPattern) => matchesPattern(pattern, channel, valuesOf);
    return policies[action].some(isMeant) || capabilities[action].some(isMeant);
  };
}

function isPatternList(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length > maxPatterns) return false;
  return value.every((text) => typeof text === 'string' && text.length <= maxPatternCharacters);
}
