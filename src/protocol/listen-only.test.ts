import { describe, expect, it } from 'vitest';
import { isListenOnly, listenOnly } from './listen-only.ts';

describe('signed channel_data', () => {
  it('may say that its bearer only listens', () => {
    expect([`{${listenOnly}}`, `{"user_id":"1",${listenOnly}}`].map(isListenOnly)).toEqual([true, true]);
  });

  it.each([
    undefined,
    '',
    'null',
    '[]',
    '{"user_id":"1"}',
    '{"clarion:listen_only":false}',
    '{"clarion:listen_only":',
    '{"user_info":{"clarion:listen_only":true}}',
  ])('says nothing of it in %j', (channelData) => {
    expect(isListenOnly(channelData)).toBe(false);
  });
});
