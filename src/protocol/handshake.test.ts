import { describe, expect, it } from 'vitest';
import { checkProtocol } from './handshake.ts';

describe('the protocol parameter', () => {
  it.each([undefined, '4', '5', '6', '7', '07'])('is accepted: %j', (protocol) => {
    expect(checkProtocol(protocol)).toBeUndefined();
  });

  it.each(['0', '1', '2', '3', '8', '10', '999999999', '-7', '99999999999999999999'])('is a version that is not supported: %j', (protocol) => {
    expect(checkProtocol(protocol)).toBe('UNSUPPORTED_PROTOCOL');
  });

  it.each(['', ' ', '7.0', '7 ', ' 7', 'seven', '0x7', '7e0', '+7', '٧', 'NaN', '7\n'])('is not a version: %j', (protocol) => {
    expect(checkProtocol(protocol)).toBe('BAD_VERSION');
  });
});
