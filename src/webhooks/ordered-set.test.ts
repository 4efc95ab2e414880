import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { OrderedSet } from './ordered-set.ts';

type Operation = { readonly add: number } | { readonly remove: number } | 'remove the first';

const operations: fc.Arbitrary<readonly Operation[]> = fc.array(
  fc.oneof(fc.record({ add: fc.nat(9) }), fc.record({ remove: fc.nat(9) }), fc.constant('remove the first' as const)),
  { maxLength: 60 },
);

describe('the ordered set', () => {
  it('does what the built-in set does', () => {
    assertProperty(
      fc.property(operations, (run) => {
        const [ours, model] = [new OrderedSet<number>(), new Set<number>()];
        for (const operation of run) {
          const [first] = model;
          if (operation === 'remove the first') {
            if (ours.first !== undefined) ours.delete(ours.first);
            if (first !== undefined) model.delete(first);
          } else if ('add' in operation) {
            ours.add(operation.add);
            model.add(operation.add);
          } else {
            ours.delete(operation.remove);
            model.delete(operation.remove);
          }
          expect([...ours]).toEqual([...model]);
          expect({ size: ours.size, first: ours.first }).toEqual({ size: model.size, first: [...model][0] });
        }
      }),
    );
  });

  it('lets the element at hand be removed while it is read', () => {
    const set = new OrderedSet<number>();
    for (const value of [1, 2, 3, 4]) set.add(value);
    for (const value of set) if (value !== 3) set.delete(value);
    expect([...set]).toEqual([3]);
  });
});
