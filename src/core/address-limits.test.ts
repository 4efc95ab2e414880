import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { AddressLimits } from './address-limits.ts';

function setUp(handshakesPerSecondPerIp: number, connectionsPerIp: number) {
  const clock = new FakeClock();
  return { clock, addresses: new AddressLimits({ clock, limits: { handshakesPerSecondPerIp, connectionsPerIp } }) };
}

describe('the limits of an address', () => {
  it('are so many handshakes a second, each address by itself', async () => {
    const { clock, addresses } = setUp(2, 100);
    expect(['a', 'a', 'a', 'b'].map((address) => addresses.take(address))).toEqual([undefined, undefined, 'addressHandshakes', undefined]);
    await clock.advance(500);
    expect(addresses.take('a')).toBeUndefined();
    expect(addresses.take('a')).toBe('addressHandshakes');
  });

  it('are so many connections, of which each can be given back', () => {
    const { addresses } = setUp(100, 2);
    expect(['a', 'a', 'a'].map((address) => addresses.take(address))).toEqual([undefined, undefined, 'addressConnections']);
    addresses.release('a');
    expect(addresses.take('a')).toBeUndefined();
  });

  it('forget an address that has gone and rested, and no other', async () => {
    const { clock, addresses } = setUp(10, 10);
    for (let number = 0; number < 1000; number += 1) addresses.take(`visitor-${number}`);
    addresses.take('resident');
    for (let number = 0; number < 1000; number += 1) addresses.release(`visitor-${number}`);
    addresses.tick();
    expect(addresses.size).toBe(1001);
    await clock.advance(1000);
    addresses.tick();
    expect(addresses.size).toBe(1);
    addresses.release('resident');
    addresses.tick();
    expect(addresses.size).toBe(0);
    addresses.release('nobody');
  });

  it('remember an address that only ever was refused, until it has rested', async () => {
    const { clock, addresses } = setUp(1, 0);
    expect(addresses.take('a')).toBe('addressConnections');
    expect(addresses.size).toBe(1);
    await clock.advance(1000);
    addresses.tick();
    expect(addresses.size).toBe(0);
  });
});
