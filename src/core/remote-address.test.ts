import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { isNetwork, NetworkList } from './network-list.ts';
import { canonicalAddress, TrustedProxies } from './remote-address.ts';

const sender = (peer: string, forwardedFor = '', proxied = '') => ({ peer, proxied, forwardedFor });

describe('an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:443', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['0000:0000:0000:0000:0000:ffff:cb00:7107', '203.0.113.7'],
    ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
  ])('has one form: %s', (text, expected) => {
    expect(canonicalAddress(text)).toBe(expected);
  });

  it.each(['', 'unknown', '_hidden', '203.0.113', '203.0.113.256', '203.0.113.07', 'fe80::1%eth0', '[203.0.113.7', 'localhost', '1.2.3.4.5'])(
    'is not %j',
    (text) => {
      expect(canonicalAddress(text)).toBeUndefined();
    },
  );
});

describe('a network', () => {
  it.each(['10.0.0.0/8', '127.0.0.1', '::1', '2001:db8::/32', '0.0.0.0/0'])('may be written as %s', (text) => {
    expect(isNetwork(text)).toBe(true);
  });

  it.each(['', '10.0.0.0/33', '10.0.0.0/', '10.0.0/8', '::/129', '::1/-1', '10.0.0.0/8/8', 'proxy.internal', 'fe80::1%eth0'])('is not %j', (text) => {
    expect(isNetwork(text)).toBe(false);
  });
});

describe('a list of networks', () => {
  it.each([
    [['10.0.0.0/8'], '10.255.255.255', true],
    [['10.0.0.0/8'], '11.0.0.0', false],
    [['10.1.2.3/8'], '10.9.9.9', true],
    [['192.0.2.1'], '192.0.2.1', true],
    [['192.0.2.1'], '192.0.2.2', false],
    [['0.0.0.0/0'], '255.255.255.255', true],
    [['255.255.255.254/31'], '255.255.255.255', true],
    [['2001:db8::/32'], '2001:db8:ffff::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['0.0.0.0/0'], '::1', false],
    [['::/0'], '127.0.0.1', false],
    [['::/0'], 'nowhere', false],
  ])('%j has %s: %s', (networks, address, expected) => {
    expect(new NetworkList(networks).has(address)).toBe(expected);
  });
});

describe('the client behind a handshake', () => {
  it('is the peer, whatever headers say, when no proxy is trusted', () => {
    const proxies = new TrustedProxies([]);
    expect(proxies.remoteOf(sender('203.0.113.7', '198.51.100.1', '198.51.100.2'))).toEqual({
      address: '203.0.113.7',
      isProxied: false,
      limitedAs: '203.0.113.7',
    });
  });

  it.each(['127.0.0.1', '::1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '100.64.0.1', '169.254.1.1', 'fd00::1', 'fe80::1', '::ffff:10.0.0.1'])(
    'has no limits when it is %s and no proxy is trusted, because it may be one',
    (peer) => {
      expect(new TrustedProxies([]).remoteOf(sender(peer)).limitedAs).toBeUndefined();
    },
  );

  it('is limited on a private network too once proxies are named', () => {
    expect(new TrustedProxies(['10.0.0.1']).remoteOf(sender('10.0.0.2')).limitedAs).toBe('10.0.0.2');
    expect(new TrustedProxies(['10.0.0.1']).remoteOf(sender('10.0.0.1', '10.0.0.2')).limitedAs).toBe('10.0.0.2');
  });

  it.each([
    ['the right-most address', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['the right-most that is no proxy', '198.51.100.1, 203.0.113.7, 10.0.0.9', '203.0.113.7'],
    ['the last proxy before garbage', '203.0.113.7, garbage, 10.0.0.9', '10.0.0.9'],
    ['the proxy itself without a header', '', '10.0.0.1'],
    ['the first of many proxies', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ])('behind a trusted proxy is %s', (_, forwardedFor, expected) => {
    expect(new TrustedProxies(['10.0.0.0/8']).remoteOf(sender('10.0.0.1', forwardedFor)).address).toBe(expected);
  });

  it('is what a PROXY header names, and no header of a client is believed behind it', () => {
    const proxies = new TrustedProxies(['10.0.0.0/8']);
    expect(proxies.remoteOf(sender('10.0.0.1', '198.51.100.1', '203.0.113.7')).address).toBe('203.0.113.7');
    expect(proxies.remoteOf(sender('10.0.0.1', '198.51.100.1', '10.0.0.2')).address).toBe('198.51.100.1');
  });

  it('counts as its network of 64 bits with IPv6', () => {
    const proxies = new TrustedProxies([]);
    const limitedAs = (peer: string) => proxies.remoteOf(sender(peer)).limitedAs;
    expect(limitedAs('2001:db8:1:2::1')).toBe(limitedAs('2001:db8:1:2:ffff:ffff:ffff:ffff'));
    expect(limitedAs('2001:db8:1:2::1')).not.toBe(limitedAs('2001:db8:1:3::1'));
    expect(limitedAs('2001:db8::1')).toBe(limitedAs('2001:db8:0:0:1::'));
    expect(limitedAs('2001::1')).toBe('2001:0:0:0::/64');
    expect(limitedAs('::ffff:203.0.113.7')).toBe('203.0.113.7');
  });

  it('is never an address that only the left of a header names', () => {
    const proxies = new TrustedProxies(['10.0.0.0/8']);
    assertProperty(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string())), (forged) => {
        const { address } = proxies.remoteOf(sender('10.0.0.1', [...forged, '203.0.113.7'].join(',')));
        expect(address).toBe('203.0.113.7');
      }),
    );
  });
});
