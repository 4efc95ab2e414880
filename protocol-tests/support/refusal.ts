import { expect } from 'vitest';

/** Matches the frame of a refused subscription (clause 3.1): its data is a string of JSON with `type`, `error` and `status`. */
export function refusal(channel: string, type: string, status: number): object {
  const data: unknown = expect.toSatisfy((text: unknown) => {
    if (typeof text !== 'string') return false;
    const parsed = JSON.parse(text);
    return parsed.type === type && parsed.status === status && typeof parsed.error === 'string' && parsed.error !== '';
  }, `a string of JSON with type ${type}, status ${status} and an error`);
  return { event: 'pusher:subscription_error', channel, data };
}

/** Matches an error frame: its data is an object, and it belongs to no channel (clause 1.4). */
export function errorFrame(code: number | null): object {
  return { event: 'pusher:error', data: { code, message: expect.stringMatching(/./) } };
}
