import { describe, expect, it } from 'vitest';
import { FakeSocket } from '../testing/fake-socket.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { admit, type Handshake } from './admit.ts';
import { open } from './open.ts';
import { type OriginPattern, parseOriginPattern } from './origin.ts';

const patterns = [parseOriginPattern('https://example.com') as OriginPattern];
const allowedOrigins = { patterns, allowsMissing: false };
const handshake = (more: Partial<Handshake> = {}): Handshake => ({ key: 'key', protocol: '7', ...more });

describe('a handshake', () => {
  it('from an origin that is not allowed is refused with 4009 and takes no place', async () => {
    const engine = createTestEngine({ apps: [testApp({ allowedOrigins, maxConnections: 1 })] });
    expect(await admit(engine, handshake({ origin: 'https://evil.test' }))).toMatchObject({ code: 4009 });
    expect(await admit(engine, handshake())).toMatchObject({ code: 4009 });
    expect(engine.counters.origin).toBe(2);
    expect(await engine.quota.count('app')).toBe(0);
    expect(await admit(engine, handshake({ origin: 'https://example.com' }))).toMatchObject({ app: { id: 'app' } });
  });

  it('without TLS is refused with 4000 by an app that wants it', async () => {
    const engine = createTestEngine({ apps: [testApp({ tlsOnly: true })] });
    for (const transport of ['plain', 'claimed', undefined] as const) {
      expect(await admit(engine, handshake(transport && { transport }))).toMatchObject({ code: 4000 });
    }
    expect(engine.counters.tlsOnly).toBe(3);
    expect(await admit(engine, handshake({ transport: 'tls' }))).toMatchObject({ app: { id: 'app' } });
  });

  it('is told at once that TLS is needed, or after a while if it may have it already', async () => {
    const engine = createTestEngine({ apps: [testApp({ tlsOnly: true })] });
    const [plain, claimed] = [new FakeSocket(), new FakeSocket()];
    await open(engine, plain, handshake(), () => plain.isClosed);
    await open(engine, claimed, handshake({ transport: 'claimed' }), () => claimed.isClosed);
    expect(plain.ended?.code).toBe(4000);
    expect(claimed.ended).toBeUndefined();
    for (let second = 0; second < 10; second += 1) engine.holding.tick();
    expect(claimed.ended?.code).toBe(4000);
  });

  it('above the connections of the app is counted', async () => {
    const engine = createTestEngine({ apps: [testApp({ maxConnections: 0 })] });
    expect(await admit(engine, handshake())).toMatchObject({ code: 4004 });
    expect(engine.counters.appConnections).toBe(1);
  });
});
