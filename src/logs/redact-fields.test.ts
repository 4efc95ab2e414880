import { describe, expect, it } from 'vitest';
import { redactFields } from './redact-fields.ts';

describe('the fields of a line', () => {
  it('are left out by name, at any depth', () => {
    const secrets = {
      secret: 'canary-1',
      app: { secret: 'canary-2', key: 'shown', keys: [{ secret: 'canary-3' }] },
      request: { query: { auth_signature: 'canary-4' }, headers: { Authorization: 'canary-5', 'set-cookie': ['canary-6'] } },
      auth: 'canary-7',
      frame: { channel_data: 'canary-8', userData: 'canary-9' },
      deep: { a: { b: { c: { d: { e: { f: 'canary-10' } } } } } },
      token: { raw: 'canary-11' },
      jwt_settings: { encryptionMasterKey: 'canary-12', clientSecret: 'canary-13', refresh_token: 'canary-14', 'X-Pusher-Signature': 'canary-15' },
    };
    const shown = JSON.stringify(redactFields(secrets));
    expect(shown).toContain('shown');
    expect(shown).not.toContain('canary');
  });

  it('keep what is no secret', () => {
    const fields = { appId: '1', code: null, status: 401, ok: true, channels: ['a', 'b'], endpoint: { origin: 'https://a' }, tokenId: 'x' };
    expect(redactFields(fields)).toEqual(fields);
  });

  it('keep of an error what explains it, and of its text no secret', () => {
    const cause = Object.assign(new Error('connect redis://u:canary@host failed'), { code: 'ECONNREFUSED', command: { args: ['canary'] } });
    const { err } = redactFields({ err: new TypeError('it did not work', { cause }) }) as { err: Record<string, unknown> };
    expect(err).toEqual({
      type: 'TypeError',
      message: 'it did not work: connect redis://[redacted]@host failed',
      stack: expect.stringMatching(/TypeError: it did not work[\s\S]*caused by: Error: connect/),
    });
    expect(JSON.stringify(redactFields({ err: cause }))).not.toContain('canary');
    expect(redactFields({ err: cause })).toMatchObject({ err: { code: 'ECONNREFUSED' } });
  });

  it('tell of a host with several addresses why the first was out of reach', () => {
    const refused = ['::1', '127.0.0.1'].map((address) => new Error(`connect ECONNREFUSED ${address}:6379`));
    expect(redactFields({ err: new AggregateError(refused) })).toMatchObject({
      err: { type: 'AggregateError', message: 'connect ECONNREFUSED ::1:6379' },
    });
  });

  it.each([
    ['bytes', Buffer.from('canary'), '6 bytes'],
    ['a large number', 12n, '12'],
    ['a time', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a URL', new URL('https://u:canary@host/?token=canary'), 'https://[redacted]@host/?token=[redacted]'],
  ])('can be %s', (_, value, shown) => {
    expect(redactFields({ value })).toEqual({ value: shown });
  });

  it('end somewhere', () => {
    const circle: Record<string, unknown> = {};
    circle.again = circle;
    expect(JSON.stringify(redactFields(circle)).length).toBeLessThan(200);
    expect(JSON.stringify(redactFields({ list: Array.from({ length: 10_000 }, () => 'x') })).length).toBeLessThan(2000);
  });
});
