import { kindPrefixOf } from '../protocol/channel-name.ts';

/** Values of a claim, as they may stand in a channel name. */
export type ValuesOf = (claim: string) => ReadonlySet<string>;

/** A pattern that has been read. Plain data. */
export interface ChannelPattern {
  /** In front of the first `*`: literals, each with the claim that follows it, if one does. */
  readonly head: readonly { readonly literal: string; readonly claim: string | undefined }[];
  /** What lies between and behind the `*`; `undefined` when there is none, and the name ends with the head. */
  readonly tail: readonly string[] | undefined;
}

/** Characters of one pattern. */
export const maxPatternCharacters = 256;

/** Patterns of one list. */
export const maxPatterns = 200;

const literalShape = /^[A-Za-z0-9_\-=@,.;]*$/;
const placeholder = /\{([^{}]*)\}/;

/**
 * Reads a policy, such as `private-App.Models.User.{sub}` or `presence-team.{team_id}.*`. `*` stands for any characters, none included; `{claim}`
 * for a value of that claim. Returns the reason as text when it is none.
 *
 * The value of a claim can never widen a pattern, because it is clear where it ends: at the character that follows the placeholder, or at the end
 * of the name. What would leave that open is refused: placeholders behind a `*`, and placeholders with nothing between them and the next wildcard.
 */
export function parsePolicy(text: string): ChannelPattern | string {
  if (text === '') return 'must not be empty';
  if (text.length > maxPatternCharacters) return `is longer than ${maxPatternCharacters} characters`;
  const [front = '', ...rest] = splitOutsideBraces(text);
  if (rest.some((piece) => placeholder.test(piece))) return 'has a placeholder behind a *, so that nothing says where its value begins';
  const [first = '', ...pairs] = front.split(/(\{[^{}]*\})/);
  if (first === '' && pairs.length > 0) return 'begins with a placeholder, so that its value would choose the kind of the channel';
  const head = [];
  let literal = first;
  for (let at = 0; at < pairs.length; at += 2) {
    const claim = (pairs[at] ?? '').slice(1, -1);
    if (claim === '') return 'has a placeholder without the name of a claim';
    head.push({ literal, claim });
    literal = pairs[at + 1] ?? '';
    const isLast = at + 2 >= pairs.length;
    if (literal === '' && !(isLast && rest.length === 0)) return 'has nothing between a placeholder and what follows it, such as a dot';
  }
  head.push({ literal, claim: undefined });
  const literals = [...head.map((part) => part.literal), ...rest];
  if (!literals.every((part) => literalShape.test(part))) return 'has characters that no channel name has, or a brace without its other half';
  return { head, tail: rest.length === 0 ? undefined : rest };
}

/** Reads a pattern out of a token: `*` stands for any characters, everything else for itself, braces included. */
export function parseGlob(text: string): ChannelPattern {
  const [literal = '', ...rest] = text.split('*');
  return { head: [{ literal, claim: undefined }], tail: rest.length === 0 ? undefined : rest };
}

/** Whether a channel is one of those that a pattern means. Takes time in proportion to the length of the name; a claim without values matches nothing. */
export function matchesPattern({ head, tail }: ChannelPattern, channel: string, valuesOf: ValuesOf): boolean {
  let at = 0;
  for (const [index, { literal, claim }] of head.entries()) {
    if (!channel.startsWith(literal, at)) return false;
    at += literal.length;
    if (claim === undefined) continue;
    const next = head[index + 1]?.literal[0];
    const end = next === undefined ? channel.length : channel.indexOf(next, at);
    if (end < at || !valuesOf(claim).has(channel.slice(at, end))) return false;
    // A value such as `encrypted-x` behind `private-` would make another kind of it.
    if (index === 0 && kindPrefixOf(channel) !== kindPrefixOf(literal)) return false;
    at = end;
  }
  return tail === undefined ? at === channel.length : matchesTail(tail, channel, at);
}

/** The first place where a piece fits is as good as any later one, so nothing is ever tried twice. */
function matchesTail(pieces: readonly string[], channel: string, start: number): boolean {
  const last = pieces[pieces.length - 1] ?? '';
  const end = channel.length - last.length;
  let at = start;
  for (const piece of pieces.slice(0, -1)) {
    const found = channel.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at <= end && channel.endsWith(last);
}

/** A claim's name may hold a `*`. */
function splitOutsideBraces(text: string): readonly string[] {
  const pieces: string[] = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (character === '*' && depth === 0) pieces.push('');
    else pieces[pieces.length - 1] += character;
  }
  return pieces;
}
