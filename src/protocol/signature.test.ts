import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import Pusher from 'pusher';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { hmacHex, matches, md5Hex, signChannel, signRequest, signUser, splitAuth } from './signature.ts';

// The vectors of Pusher's public documentation.
const key = '278d425bdf160c739803';
const secret = '7ad3773142a6692b25b8';

describe('a signature', () => {
  it('of a private channel is that of the documentation', () => {
    const signature = '58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4';
    expect(signChannel(secret, '1234.1234', 'private-foobar')).toBe(signature);
    expect(createHmac('sha256', secret).update('1234.1234:private-foobar').digest('hex')).toBe(signature);
  });

  it.each([
    ['Mr. Channels', '31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80'],
    ['Mr. Pusher', 'afaed3695da2ffd16931f457e338e6c9f2921fa133ce7dac49f529792be6304c'],
  ])('of a presence channel with %s is that of the documentation', (name, signature) => {
    const channelData = `{"user_id":10,"user_info":{"name":"${name}"}}`;
    expect(signChannel(secret, '1234.1234', 'presence-foobar', channelData)).toBe(signature);
  });

  it('of a user is that of the documentation', () => {
    expect(signUser(secret, '1234.1234', '{"id":"12345"}')).toBe('4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba');
  });

  it('of a request is that of the documentation', () => {
    const body = '{"name":"foo","channels":["project-3"],"data":"{\\"some\\":\\"data\\"}"}';
    expect(md5Hex(body)).toBe('ec365a775a4cd0599faeb73354201b6f');
    const query = `auth_key=${key}&auth_timestamp=1353088179&auth_version=1.0&body_md5=${md5Hex(body)}`;
    expect(signRequest(secret, 'POST', '/apps/3/events', query)).toBe('da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c');
  });

  it('covers an empty channel_data with its colon', () => {
    expect(signChannel(secret, '1.2', 'private-a', '')).toBe(hmacHex(secret, '1.2:private-a:'));
    expect(signChannel(secret, '1.2', 'private-a', '')).not.toBe(signChannel(secret, '1.2', 'private-a'));
  });

  it('is what the SDK makes, for any channel data', () => {
    const sdk = new Pusher({ appId: '1', key, secret, cluster: '' });
    assertProperty(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), fc.jsonValue(), (user_id, user_info) => {
        const { auth, channel_data: channelData } = sdk.authorizeChannel('1.2', 'presence-a', { user_id, user_info } as Pusher.PresenceChannelData);
        expect(auth).toBe(`${key}:${signChannel(secret, '1.2', 'presence-a', channelData)}`);
        const user = sdk.authenticateUser('1.2', { id: user_id });
        expect(user.auth).toBe(`${key}:${signUser(secret, '1.2', user.user_data)}`);
      }),
      50,
    );
  });

  it('covers bytes and text alike', () => {
    expect(hmacHex(secret, Buffer.from('ü'))).toBe(hmacHex(secret, 'ü'));
    expect(md5Hex(Buffer.from('ü'))).toBe(createHash('md5').update('ü', 'utf8').digest('hex'));
    expect(md5Hex('')).toBe('d41d8cd98f00b204e9800998ecf8427e');
  });
});

describe('the comparison of signatures', () => {
  it('says whether two texts are equal, whatever they hold', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    assertProperty(fc.property(text, (one) => matches(one, one)));
    assertProperty(fc.property(text, text, (one, other) => matches(one, other) === (one.toWellFormed() === other.toWellFormed())));
  });

  it.each([
    ['', 'a'],
    ['abc', 'ab'],
    ['abc', 'abcd'],
    ['abc', 'ABC'],
    ['abc', 'abc '],
    ['abc', 'abé'],
  ])('tells %j from %j', (expected, given) => {
    expect(matches(expected, given)).toBe(false);
  });
});

describe('an auth text', () => {
  it.each([
    ['key:signature', { key: 'key', signature: 'signature' }],
    [':', { key: '', signature: '' }],
    ['key:', { key: 'key', signature: '' }],
    [':signature', { key: '', signature: 'signature' }],
    ['key:a:b', { key: 'key', signature: 'a:b' }],
    ['key', undefined],
    ['', undefined],
  ])('%j falls into its halves at the first colon', (auth, halves) => {
    expect(splitAuth(auth)).toEqual(halves);
  });
});
