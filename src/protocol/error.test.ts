import { describe, expect, it } from 'vitest';
import { errors, PusherError } from './error.ts';

const reasons = Object.keys(errors) as (keyof typeof errors)[];

describe('a PusherError', () => {
  it.each(reasons)('%s closes the socket only with a code that clients come back from or refuse for good', (reason) => {
    const { code, closesSocket } = new PusherError(reason);
    expect(closesSocket).toBe(code !== null && code >= 4000 && code < 4300);
  });

  it('never closes a socket with 4300 or above, which clients take for a final refusal', () => {
    expect(new PusherError('CLIENT_EVENT_RATE')).toMatchObject({ code: 4301, closesSocket: false });
    expect(new PusherError('WATCHLIST_TOO_LONG')).toMatchObject({ code: 4302, closesSocket: false });
  });

  it('has the standard text of its reason, or one of its own, and keeps the cause', () => {
    const cause = new Error('cause');
    expect(new PusherError('UNKNOWN_APP').message).toBe('Application does not exist');
    expect(new PusherError('UNKNOWN_APP', 'Another text', { cause })).toMatchObject({ message: 'Another text', cause });
  });

  it.each(reasons)('%s has a text that fits into a close frame', (reason) => {
    expect(Buffer.byteLength(errors[reason][1])).toBeLessThanOrEqual(123);
  });

  it('has the codes of the protocol', () => {
    expect(Object.fromEntries(reasons.map((reason) => [reason, errors[reason][0]]))).toMatchObject({
      UNKNOWN_APP: 4001,
      APP_DISABLED: 4003,
      OVER_QUOTA: 4004,
      UNKNOWN_PATH: 4005,
      BAD_VERSION: 4006,
      UNSUPPORTED_PROTOCOL: 4007,
      UNAUTHORIZED: 4009,
      OVER_CAPACITY: 4100,
      SERVER_CLOSING: 4200,
      PONG_MISSING: 4201,
    });
  });
});
