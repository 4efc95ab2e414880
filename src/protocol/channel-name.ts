/** The kinds of channels (protocol clause 3). Caching is a property beside the kind. */
export type ChannelKind = 'public' | 'private' | 'private-encrypted' | 'presence' | 'server-to-user';

/** A name that has been checked, with everything that follows from it. */
export interface ChannelName {
  readonly name: string;
  readonly kind: ChannelKind;
  /** Keeps its last event for those who subscribe later. */
  readonly isCache: boolean;
  /** The subscriber must present a signature. */
  readonly needsAuth: boolean;
}

/** The start of the channel that reaches one signed-in user; the rest of the name is the user's id. */
export const serverToUserPrefix = '#server-to-user-';

// Longest prefix first: `private-encrypted-` also starts with `private-`.
const prefixes: readonly (readonly [prefix: string, kind: ChannelKind])[] = [
  ['presence-', 'presence'],
  ['private-encrypted-', 'private-encrypted'],
  ['private-', 'private'],
];

const cachePrefix = 'cache-';
const allowedCharacters = /^[A-Za-z0-9_\-=@,.;]+$/;

/** Parses a channel name. `undefined` when it is empty, too long, or has characters that are not allowed. */
export function parseChannelName(name: string, maxCharacters: number): ChannelName | undefined {
  if (name.startsWith(serverToUserPrefix)) return parseServerToUser(name, maxCharacters);
  if (name.length > maxCharacters || !allowedCharacters.test(name)) return undefined;
  for (const [prefix, kind] of prefixes) {
    if (name.startsWith(prefix)) return { name, kind, isCache: name.startsWith(cachePrefix, prefix.length), needsAuth: true };
  }
  return { name, kind: 'public', isCache: name.startsWith(cachePrefix), needsAuth: false };
}

/** The start of a name that says what the channel is; empty for a public one. */
export function kindPrefixOf(name: string): string {
  const [prefix = ''] = prefixes.find(([start]) => name.startsWith(start)) ?? [];
  return name.startsWith(cachePrefix, prefix.length) ? prefix + cachePrefix : prefix;
}

/** The channel that reaches every connection signed in as `userId`. */
export function serverToUserChannel(userId: string): ChannelName {
  return { name: serverToUserPrefix + userId, kind: 'server-to-user', isCache: false, needsAuth: true };
}

/** The user that a server-to-user channel belongs to. */
export function userOf(channel: ChannelName): string {
  return channel.name.slice(serverToUserPrefix.length);
}

/** A user id may hold any characters: it is the app's own, not a channel name. */
function parseServerToUser(name: string, maxCharacters: number): ChannelName | undefined {
  const userId = name.slice(serverToUserPrefix.length);
  return userId.length === 0 || userId.length > maxCharacters ? undefined : serverToUserChannel(userId);
}
