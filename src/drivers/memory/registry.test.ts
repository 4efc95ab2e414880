import { describe, expect, it } from 'vitest';
import type { Announcement } from '../../core/ports.ts';
import { parseChannelName } from '../../protocol/channel-name.ts';
import { settled } from '../../testing/fake-clock.ts';
import { describeRegistry } from '../../testing/registry-contract.ts';
import { MemoryRegistry } from './registry.ts';

describeRegistry('memory', async () => {
  const announcements: Announcement[] = [];
  return { registry: new MemoryRegistry((announcement) => announcements.push(announcement)), announcements, settle: settled, close: async () => {} };
});

describe('the memory registry', () => {
  it('has recorded a change by the time it announces it', async () => {
    const seen: unknown[] = [];
    const channel = parseChannelName('presence-room', 200);
    if (channel === undefined) throw new Error('not a channel name');
    const address = { appId: 'app', channel };
    const registry = new MemoryRegistry(({ type }) => {
      void registry.count(address).then((count) => seen.push([type, count]));
    });
    registry.hold(address, 1);
    await registry.take(address, { userId: 'a', userInfo: 'null' }, 1);
    await settled();
    registry.leave(address, 'a');
    registry.hold(address, 0);
    await settled();
    expect(seen).toEqual([
      ['occupied', { subscriptions: 1, users: 0 }],
      ['counted', { subscriptions: 1, users: 0 }],
      ['member_added', { subscriptions: 1, users: 1 }],
      ['member_removed', { subscriptions: 1, users: 0 }],
      ['counted', { subscriptions: 0, users: 0 }],
      ['vacated', { subscriptions: 0, users: 0 }],
    ]);
  });
});
