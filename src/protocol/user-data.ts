import type { AppLimits } from './limits.ts';
import { type Member, memberOf } from './member.ts';

/** Who signed in (clause 4). */
export interface UserData {
  /** The user as presence channels show it when the subscription carries no `channel_data`. */
  readonly member: Member;
  /** User ids to be told about, each once, not yet cut to the limit. */
  readonly watchlist: readonly string[];
}

/** Reads the `user_data` of a sign-in. Returns the reason for a refusal as text. */
export function parseUserData(userData: string, limits: Pick<AppLimits, 'userIdCharacters' | 'userInfoBytes'>): UserData | string {
  let value: unknown;
  try {
    value = JSON.parse(userData);
  } catch {
    return 'user_data is not valid JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'user_data must be a JSON object';
  const { id, user_info: info, watchlist = [] } = value as { id?: unknown; user_info?: unknown; watchlist?: unknown };
  if (typeof id !== 'string') return 'user_data.id must be a string';
  const member = memberOf(id, info, limits, 'user_data.id');
  if (typeof member === 'string') return member;
  if (!Array.isArray(watchlist) || !watchlist.every((entry) => typeof entry === 'string')) return 'user_data.watchlist must be a list of strings';
  return { member, watchlist: [...new Set<string>(watchlist)] };
}
