/** The claims of a token, as its JSON has them. */
export type Claims = Readonly<Record<string, unknown>>;

/** Values of one claim that are looked at; a list that is longer matches nothing, instead of some of its values. */
const maxValues = 1000;

/**
 * What a claim may stand for in a channel name: a text that is not empty, a whole number, or each of these in a list. Everything else, and a claim
 * that the token does not have, stands for nothing.
 */
export function claimValues(claims: Claims, name: string): ReadonlySet<string> {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return new Set(values.length > maxValues ? [] : values.flatMap(textOf));
}

function textOf(value: unknown): readonly string[] {
  // Beyond the safe integers two different numbers would become one text.
  if (Number.isSafeInteger(value)) return [String(value)];
  return typeof value === 'string' && value !== '' ? [value] : [];
}
