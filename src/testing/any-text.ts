import fc from 'fast-check';

/** Any text at all, any JSON, and the JSON of values that nearly are what a parser takes. */
export function anyText(nearly: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    nearly.map((value) => JSON.stringify(value)),
  );
}
