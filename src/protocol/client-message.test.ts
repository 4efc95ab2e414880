import { describe, expect, it } from 'vitest';
import { parseClientMessage } from './client-message.ts';

function parse(message: unknown) {
  return parseClientMessage(JSON.stringify(message));
}

describe('a ping', () => {
  it.each([{ event: 'pusher:ping', data: {} }, { event: 'pusher:ping' }, { event: 'pusher:ping', data: '{}' }, { event: 'pusher:ping', data: null }])(
    'may have any data: %j',
    (message) => {
      expect(parse(message)).toEqual({ type: 'ping' });
    },
  );

  it('is answered by a pong, which may have any data too', () => {
    expect(parse({ event: 'pusher:pong', data: {} })).toEqual({ type: 'pong' });
    expect(parse({ event: 'pusher:pong' })).toEqual({ type: 'pong' });
  });
});

describe('a subscribe', () => {
  it('holds the channel, and an empty signature when there is none', () => {
    expect(parse({ event: 'pusher:subscribe', data: { channel: 'room', auth: '' } })).toEqual({ type: 'subscribe', channel: 'room', auth: '' });
    expect(parse({ event: 'pusher:subscribe', data: { channel: 'room' } })).toEqual({ type: 'subscribe', channel: 'room', auth: '' });
    expect(parse({ event: 'pusher:subscribe', data: { channel: 'room', auth: null, channel_data: null } })).toEqual({
      type: 'subscribe',
      channel: 'room',
      auth: '',
    });
  });

  it('keeps the exact bytes of channel_data, the empty string included', () => {
    for (const channelData of ['', ' {"user_id":1} ', '{"user_id": "\\u00e9"}', '\ud800']) {
      expect(parse({ event: 'pusher:subscribe', data: { channel: 'presence-x', auth: 'k:s', channel_data: channelData } })).toEqual({
        type: 'subscribe',
        channel: 'presence-x',
        auth: 'k:s',
        channelData,
      });
    }
  });

  it('may have its data as JSON text', () => {
    expect(parse({ event: 'pusher:subscribe', data: '{"channel":"room"}' })).toEqual({ type: 'subscribe', channel: 'room', auth: '' });
  });

  it('may have members that nobody knows', () => {
    expect(parse({ event: 'pusher:subscribe', data: { channel: 'room', shared_secret: 'x', __proto__: null }, extra: [] })).toMatchObject({
      channel: 'room',
    });
  });

  it.each([
    [undefined],
    [null],
    [[]],
    [1],
    ['room'],
    ['{'],
    ['null'],
    [{}],
    [{ channel: 1 }],
    [{ channel: null }],
    [{ channel: ['room'] }],
    [{ channel: 'room', auth: 1 }],
    [{ channel: 'room', auth: {} }],
    [{ channel: 'room', auth: '', channel_data: { user_id: 1 } }],
    [{ channel: 'room', auth: '', channel_data: 1 }],
  ])('is invalid with the data %j', (data) => {
    expect(parse({ event: 'pusher:subscribe', data })).toMatchObject({ type: 'invalid' });
  });
});

describe('an unsubscribe', () => {
  it('holds the channel', () => {
    expect(parse({ event: 'pusher:unsubscribe', data: { channel: 'room' } })).toEqual({ type: 'unsubscribe', channel: 'room' });
    expect(parse({ event: 'pusher:unsubscribe', data: '{"channel":"room"}' })).toEqual({ type: 'unsubscribe', channel: 'room' });
  });

  it.each([[undefined], [null], ['room'], [{}], [{ channel: 5 }], [[{ channel: 'room' }]]])('is invalid with the data %j', (data) => {
    expect(parse({ event: 'pusher:unsubscribe', data })).toMatchObject({ type: 'invalid' });
  });
});

describe('a sign-in', () => {
  it('keeps the exact bytes of user_data', () => {
    const userData = ' {"id":"1"}';
    expect(parse({ event: 'pusher:signin', data: { auth: 'k:s', user_data: userData } })).toEqual({ type: 'signin', auth: 'k:s', userData });
  });

  it.each([
    [undefined],
    [null],
    [{}],
    [{ auth: 'k:s' }],
    [{ user_data: '{}' }],
    [{ auth: 'k:s', user_data: { id: '1' } }],
    [{ auth: 1, user_data: '{}' }],
  ])('is invalid with the data %j', (data) => {
    expect(parse({ event: 'pusher:signin', data })).toMatchObject({ type: 'invalid' });
  });
});

describe('a client event', () => {
  it('passes text on as it came', () => {
    expect(parse({ event: 'client-x', channel: 'private-a', data: '{"a" : 1}' })).toEqual({
      type: 'client_event',
      event: 'client-x',
      channel: 'private-a',
      data: '{"a" : 1}',
    });
  });

  it.each([
    [{ a: [1, null] }, '{"a":[1,null]}'],
    [[1], '[1]'],
    [5, '5'],
    [false, 'false'],
    [null, 'null'],
    [undefined, 'null'],
    ['', ''],
  ])('turns the data %j into the text %s', (data, text) => {
    expect(parse({ event: 'client-x', channel: 'private-a', data })).toMatchObject({ type: 'client_event', data: text });
  });

  it('takes nothing of the frame but event, channel and data', () => {
    expect(parse({ event: 'client-x', channel: 'private-a', data: 'd', user_id: 'forged', except: 'x' })).toEqual({
      type: 'client_event',
      event: 'client-x',
      channel: 'private-a',
      data: 'd',
    });
  });

  it.each([[undefined], [null], [1], [{}]])('is invalid with the channel %j', (channel) => {
    expect(parse({ event: 'client-x', channel, data: '' })).toMatchObject({ type: 'invalid' });
  });

  it('is recognised by the start of its name only', () => {
    for (const event of ['my-client-x', 'Client-x', 'client', ' client-x']) {
      expect(parse({ event, channel: 'private-a', data: '' })).toEqual({ type: 'invalid', reason: `Unsupported event received on socket: ${event}` });
    }
  });

  it('is invalid, and does not throw, when its data is nested too deeply to be written again', () => {
    const deep = `{"event":"client-x","channel":"private-a","data":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    expect(parseClientMessage(deep)).toMatchObject({ type: 'invalid' });
  });
});
