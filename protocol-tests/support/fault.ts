import { expect } from 'vitest';
import type { Answer } from './api.ts';

/** Asserts a refusal as the HTTP API words it: the real status, JSON, and one text (clause 5.3). Returns the text. */
export function expectFault({ status, headers, text, json }: Answer, expected: number): string {
  expect({ status, text }).toMatchObject({ status: expected });
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(json).toEqual({ error: expect.stringMatching(/\S/) });
  return (json as { readonly error: string }).error;
}
