import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChannelName } from '../protocol/channel-name.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { testApp } from '../testing/test-app.ts';
import { Channel, topicOf } from './channel.ts';
import type { Subscription } from './connection.ts';
import { Subscriptions } from './subscriptions.ts';

function subscriptionOf(name: string): Subscription {
  const channel = parseChannelName(name, 200);
  if (channel === undefined) throw new Error('not a channel name');
  return {
    channel: new Channel(testApp(), channel, topicOf('app', channel)),
    userId: undefined,
    isListenOnly: false,
    isAnswered: true,
    isLive: true,
  };
}

describe('the subscriptions of a connection', () => {
  it('are what a map of them would be, few or many', () => {
    const names = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 14 })), { maxLength: 60 });
    assertProperty(
      fc.property(names, (steps) => {
        const subscriptions = new Subscriptions();
        const model = new Map<string, Subscription>();
        for (const [isJoin, number] of steps) {
          const name = `room-${number}`;
          if (isJoin && !model.has(name)) {
            const subscription = subscriptionOf(name);
            model.set(name, subscription);
            subscriptions.add(subscription);
          } else if (!isJoin) {
            model.delete(name);
            subscriptions.delete(name);
          }
          expect(subscriptions.size).toBe(model.size);
          expect(subscriptions.get(name)).toBe(model.get(name));
          expect(subscriptions.has(name)).toBe(model.has(name));
        }
        expect(new Set(subscriptions.all())).toEqual(new Set(model.values()));
      }),
    );
  });

  it.each([3, 20])('may leave while %d of them are walked', (count) => {
    const subscriptions = new Subscriptions();
    for (let number = 0; number < count; number += 1) subscriptions.add(subscriptionOf(`room-${number}`));
    let walked = 0;
    for (const { channel } of subscriptions.all()) {
      subscriptions.delete(channel.channel.name);
      walked += 1;
    }
    expect([walked, subscriptions.size]).toEqual([count, 0]);
  });
});
