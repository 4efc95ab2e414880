import { expect } from 'vitest';
import { hungUp, type RawAnswer, sendRaw } from './raw-http.ts';
import { signedQuery } from './signature.ts';
import type { Target } from './target.ts';

/** Where the target listens, for connections without `fetch`. */
export function addressOf({ httpUrl }: Target): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(httpUrl);
  return { host: hostname, port: Number(port) };
}

/** The request line and headers of a signed POST of these bytes, without the empty line at the end. */
export function postHead(target: Target, path: string, body: string | Uint8Array, ...headers: readonly string[]): string {
  const query = signedQuery(target, { method: 'POST', path, body });
  return [`POST ${path}?${query} HTTP/1.1`, `Host: ${addressOf(target).host}`, ...headers].join('\r\n');
}

/** The header that says how long the body is. */
export function lengthOf(body: string | Uint8Array): string {
  return `Content-Length: ${Buffer.byteLength(body)}`;
}

export function joined(...parts: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

/** A whole signed POST as bytes. */
export function postBytes(target: Target, path: string, body: string | Uint8Array): Buffer {
  return joined(postHead(target, path, body, lengthOf(body)), '\r\n\r\n', body);
}

/** Sends a whole signed POST on a connection of its own. */
export function post(target: Target, path: string, body: string | Uint8Array): Promise<RawAnswer | typeof hungUp> {
  return sendRaw(addressOf(target), postBytes(target, path, body));
}

/** Asserts a refusal in the API's own words. */
export function expectRawFault(given: RawAnswer | typeof hungUp, status: number): void {
  expect(given).toMatchObject({ status, body: expect.stringMatching(/^\{"error":".+"\}$/) });
}

/** Asserts a refusal by whoever noticed first; the HTTP parser may also just close the connection. */
export function expectRefused(given: RawAnswer | typeof hungUp): void {
  if (given !== hungUp) expect([400, 401, 404, 405, 411, 413, 414, 431, 501, 505]).toContain(given.status);
}

/** Asserts that the shared server still serves, in the same process. */
export async function expectAlive({ httpUrl }: Target, pid: number): Promise<void> {
  expect(await (await fetch(`${httpUrl}/up`)).text()).toBe('{"health":"OK"}');
  process.kill(pid, 0);
}
