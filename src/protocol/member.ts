import type { AppLimits } from './limits.ts';

/** A user as others in a presence channel see them (protocol clause 3.2). */
export interface Member {
  /** Always a string: `1` and `"1"` are one user. */
  readonly userId: string;
  /** `user_info` as JSON text, `null` when there is none; kept as text because it is only ever sent on. */
  readonly userInfo: string;
}

export type MemberLimits = Pick<AppLimits, 'userIdCharacters' | 'userInfoBytes'>;

/** Reads `channel_data`. Returns the reason for a refusal as text. */
export function parseMember(channelData: string, limits: MemberLimits): Member | string {
  let value: unknown;
  try {
    value = JSON.parse(channelData);
  } catch {
    return 'channel_data is not valid JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'channel_data must be a JSON object';
  const { user_id, user_info } = value as { user_id?: unknown; user_info?: unknown };
  return memberOf(user_id, user_info, limits, 'channel_data.user_id');
}

/** A member from an id and an info of unknown shape; `field` names the id in the refusal. */
export function memberOf(id: unknown, info: unknown, limits: MemberLimits, field: string): Member | string {
  // Beyond the safe integers two different numbers would become one user.
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return `${field} must be a string, or an integer below 2^53`;
  const userId = String(id);
  if (userId === '') return `${field} must not be empty`;
  // Lone surrogates all become the same character on the wire: two users would share one identity.
  if (!userId.isWellFormed()) return `${field} is not well-formed Unicode`;
  if (userId.length > limits.userIdCharacters) return `${field} is longer than ${limits.userIdCharacters} characters`;
  const userInfo = stringify(info ?? null);
  if (userInfo === undefined) return 'user_info is nested too deeply';
  if (Buffer.byteLength(userInfo) > limits.userInfoBytes) return `user_info is larger than ${limits.userInfoBytes} bytes`;
  return { userId, userInfo };
}

/** Fails for what is nested deeper than the stack. */
function stringify(info: unknown): string | undefined {
  try {
    return JSON.stringify(info);
  } catch {
    return undefined;
  }
}
