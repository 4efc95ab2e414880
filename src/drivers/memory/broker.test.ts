import { describe, expect, it } from 'vitest';
import type { BrokerMessage } from '../../core/ports.ts';
import { describeBroker } from '../../testing/broker-contract.ts';
import { settled } from '../../testing/fake-clock.ts';
import { systemClock } from '../system-clock.ts';
import { MemoryBroker } from './broker.ts';

describeBroker('memory', async () => {
  const received: (readonly BrokerMessage[])[] = [];
  return { broker: new MemoryBroker((batch) => received.push(batch), systemClock), received, settle: settled, close: async () => {} };
});

describe('the memory broker', () => {
  it('delivers in the tick of the call', () => {
    const received: (readonly BrokerMessage[])[] = [];
    void new MemoryBroker((batch) => received.push(batch), systemClock).publish([{ topic: 'app/room', frame: '{}' }]);
    expect(received).toHaveLength(1);
  });

  it('rejects, and does not throw, when the receiver fails', async () => {
    const broker = new MemoryBroker(() => {
      throw new Error('broken');
    }, systemClock);
    await expect(broker.publish([])).rejects.toThrow('broken');
  });
});
