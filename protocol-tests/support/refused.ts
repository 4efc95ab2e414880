import { expect } from 'vitest';
import { Client, type ConnectOptions } from './client.ts';
import type { Target } from './target.ts';

/** Connects to be refused, and returns the code, which the error frame, the first one, and the close frame must agree on. */
export async function refusedWith(target: Target, options: ConnectOptions = {}): Promise<number> {
  const client = await Client.open(target, options);
  const frame = await client.next();
  expect(frame).toEqual({ event: 'pusher:error', data: { code: expect.any(Number), message: expect.any(String) } });
  const { code } = await client.closed;
  expect(frame.data).toMatchObject({ code });
  return code;
}
