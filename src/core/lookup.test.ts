import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { createLookup, type Resolve, TargetRefused } from './lookup.ts';

const mixed: readonly LookupAddress[] = [
  { address: '10.0.0.1', family: 4 },
  { address: '1.1.1.1', family: 4 },
  { address: '2606:4700::1111', family: 6 },
];
const isNotTen = (address: string): boolean => !address.startsWith('10.');

function lookUp(resolve: Resolve, isPublic: ((address: string) => boolean) | undefined, options: { all?: boolean; family?: number } = { all: true }) {
  const lookup = createLookup({ resolve, isPublic });
  return new Promise((done) =>
    lookup('hooks.example', options, (error, address, family) => done(error ?? (family === undefined ? address : [address, family]))),
  );
}

describe('the lookup', () => {
  it('hands on only the addresses that may be called', async () => {
    expect(await lookUp(async () => mixed, isNotTen)).toEqual(mixed.slice(1));
    expect(await lookUp(async () => mixed, isNotTen, { all: false })).toEqual(['1.1.1.1', 4]);
    expect(await lookUp(async () => mixed, isNotTen, { all: true, family: 6 })).toEqual(mixed.slice(2));
  });

  it('hands on all when all may be called', async () => {
    expect(await lookUp(async () => mixed, undefined)).toEqual(mixed);
  });

  it('refuses a name that has no other address', async () => {
    expect(await lookUp(async () => mixed.slice(0, 1), isNotTen)).toBeInstanceOf(TargetRefused);
  });

  it('fails for a name without addresses, which is no refusal', async () => {
    expect(await lookUp(async () => [], isNotTen)).not.toBeInstanceOf(TargetRefused);
    expect(await lookUp(async () => [], isNotTen)).toMatchObject({ message: 'hooks.example has no address' });
  });

  it('asks once for a name that is wanted several times at once, and anew afterwards', async () => {
    let asked = 0;
    const lookup = createLookup({
      resolve: async () => {
        asked += 1;
        return mixed;
      },
      isPublic: undefined,
    });
    const ask = () => new Promise((done) => lookup('hooks.example', { all: true }, (_error, found) => done(found)));
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([mixed, mixed, mixed]);
    expect(asked).toBe(1);
    await ask();
    expect(asked).toBe(2);
  });
});
