import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { createPublicAddressCheck } from './public-address.ts';

const isPublic = createPublicAddressCheck();

describe('the check for public addresses', () => {
  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '100.100.100.200',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
  ])('refuses %s', (address) => {
    expect(isPublic(address)).toBe(false);
    expect(isPublic(`::ffff:${address}`)).toBe(false);
    expect(isPublic(`64:ff9b::${address}`)).toBe(false);
    expect(isPublic(`::${address}`)).toBe(false);
  });

  it.each([
    '::',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::ffff:0:127.0.0.1',
    '64:ff9b::1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
  ])('refuses %s', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  it.each(['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.0', '172.15.0.1', '172.32.0.1', '169.253.0.1', '223.255.255.255'])(
    'allows %s',
    (address) => {
      expect(isPublic(address)).toBe(true);
      expect(isPublic(`::ffff:${address}`)).toBe(true);
      expect(isPublic(`64:ff9b::${address}`)).toBe(true);
    },
  );

  it.each(['2606:4700:4700::1111', '2a00:1450:4001:81b::200e', '2001:4860:4860::8888'])('allows %s', (address) => {
    expect(isPublic(address)).toBe(true);
  });

  it.each(['', 'localhost', '127.1', '0x7f000001', '2130706433', '1.1.1.1 ', '[::1]'])('refuses %j, which is no address', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  it('never allows through IPv6 what it refuses as IPv4', () => {
    assertProperty(
      fc.property(fc.ipV4(), fc.constantFrom('::ffff:', '64:ff9b::'), (address, prefix) => {
        expect(isPublic(prefix + address)).toBe(isPublic(address));
      }),
      2000,
    );
  });
});
