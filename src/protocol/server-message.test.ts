import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import {
  cacheMiss,
  channelMiddle,
  connectionEstablished,
  errorFrame,
  eventFrame,
  memberAdded,
  memberRemoved,
  pingFrame,
  pongFrame,
  presenceSucceeded,
  signinSuccess,
  subscriptionCount,
  subscriptionError,
  subscriptionSucceeded,
  watchlistEvents,
} from './server-message.ts';

const anyText = fc.string({ unit: 'binary' });

interface Frame {
  readonly event: string;
  readonly channel?: string;
  readonly data?: unknown;
  readonly user_id?: string;
}

function read(frame: string): Frame {
  return JSON.parse(frame) as Frame;
}

/** Reads a frame whose data must be JSON in a string. */
function readTwice(frame: string): Frame {
  const { data, ...rest } = read(frame);
  expect(data).toBeTypeOf('string');
  return { ...rest, data: JSON.parse(data as string) };
}

describe('a frame', () => {
  it('that answers a ping, or asks for a pong, is constant', () => {
    expect(readTwice(pongFrame)).toEqual({ event: 'pusher:pong', data: {} });
    expect(readTwice(pingFrame)).toEqual({ event: 'pusher:ping', data: {} });
  });

  it('that opens a connection has its data in a string, exactly as on Pusher', () => {
    expect(connectionEstablished('123456.7890123', 120)).toBe(
      '{"event":"pusher:connection_established","data":"{\\"socket_id\\":\\"123456.7890123\\",\\"activity_timeout\\":120}"}',
    );
  });

  it('with an error has an object for data, and a code that may be null', () => {
    assertProperty(
      fc.property(fc.option(fc.integer()), anyText, (code, message) => {
        expect(read(errorFrame(code, message))).toEqual({ event: 'pusher:error', data: { code, message } });
      }),
    );
  });

  it('with an event is valid JSON and says what was published, for any name, channel and data', () => {
    assertProperty(
      fc.property(anyText, anyText, anyText, (event, channel, data) => {
        expect(read(eventFrame(event, channelMiddle(channel), JSON.stringify(data)))).toEqual({ event, channel, data });
      }),
      1000,
    );
  });

  it('with a client event names its sender where there is one', () => {
    assertProperty(
      fc.property(anyText, anyText, (event, userId) => {
        expect(read(eventFrame(event, channelMiddle('presence-a'), '"d"', userId))).toEqual({
          event,
          channel: 'presence-a',
          data: 'd',
          user_id: userId,
        });
      }),
    );
    expect(read(eventFrame('client-x', channelMiddle('private-a'), '"d"'))).not.toHaveProperty('user_id');
  });

  it('of a subscription is valid JSON for any channel', () => {
    assertProperty(
      fc.property(anyText, (channel) => {
        const middle = channelMiddle(channel);
        expect(readTwice(subscriptionSucceeded(middle))).toEqual({ event: 'pusher_internal:subscription_succeeded', channel, data: {} });
        expect(read(cacheMiss(channel))).toEqual({ event: 'pusher:cache_miss', channel });
        expect(readTwice(subscriptionCount(middle, 3))).toEqual({
          event: 'pusher_internal:subscription_count',
          channel,
          data: { subscription_count: 3 },
        });
      }),
    );
  });

  it('of a presence subscription holds the escaped roster', () => {
    const escaped = JSON.stringify('{"presence":{"ids":["\\""],"hash":{"\\"":null},"count":1}}').slice(1, -1);
    expect(readTwice(presenceSucceeded(channelMiddle('presence-a'), escaped))).toEqual({
      event: 'pusher_internal:subscription_succeeded',
      channel: 'presence-a',
      data: { presence: { ids: ['"'], hash: { '"': null }, count: 1 } },
    });
  });

  it('that refuses a subscription tells type, error and status', () => {
    assertProperty(
      fc.property(anyText, anyText, (channel, error) => {
        const fault = { type: 'AuthError', error, status: 401 } as const;
        expect(readTwice(subscriptionError(channel, fault))).toEqual({ event: 'pusher:subscription_error', channel, data: fault });
      }),
    );
  });

  it('of a member is valid JSON for any id and info, and nests the info as JSON', () => {
    assertProperty(
      fc.property(anyText, anyText, fc.jsonValue(), (channel, userId, info) => {
        const middle = channelMiddle(channel);
        const userInfo = JSON.stringify(info);
        expect(readTwice(memberAdded(middle, { userId, userInfo }))).toEqual({
          event: 'pusher_internal:member_added',
          channel,
          data: { user_id: userId, user_info: JSON.parse(userInfo) },
        });
        expect(readTwice(memberRemoved(middle, userId))).toEqual({ event: 'pusher_internal:member_removed', channel, data: { user_id: userId } });
      }),
    );
  });

  it('that answers a sign-in gives user_data back in an object', () => {
    assertProperty(
      fc.property(anyText, (userData) => {
        expect(read(signinSuccess(userData))).toEqual({ event: 'pusher:signin_success', data: { user_data: userData } });
      }),
    );
  });

  it('of a watchlist holds a list of events and no channel', () => {
    assertProperty(
      fc.property(fc.array(anyText), (user_ids) => {
        const events = [{ name: 'online', user_ids } as const];
        expect(readTwice(watchlistEvents(events))).toEqual({ event: 'pusher_internal:watchlist_events', data: { events } });
      }),
    );
  });
});
