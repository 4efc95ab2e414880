import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { makeScratch } from './scratch.ts';

it('is gone when it is discarded', () => {
  const { folder, discard } = makeScratch('test');
  expect(existsSync(folder)).toBe(true);
  discard();
  expect(existsSync(folder)).toBe(false);
});
