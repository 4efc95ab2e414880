import { expect, it } from 'vitest';
import type { BrokerMessage } from '../../core/ports.ts';
import { type Chance, fuzz, fuzzTimeoutMilliseconds } from '../../testing/fuzz.ts';
import { mutateBytes, mutateText } from '../../testing/mutate.ts';
import { decodeBatch, decodeControl, encodeBatch, encodeControl } from './batch.ts';
import { parseHeader } from './message.ts';
import { decodeTransitions } from './transition.ts';
import { parseFact } from './webhook-fact.ts';

function message(chance: Chance): BrokerMessage {
  if (chance.oneIn(4)) return { type: 'terminate', appId: 'app', userId: chance.pick(['ann', 'ünï', '1']) };
  const envelope = { topic: 'app/room', frame: `{"event":"e","data":"${'é😀'.repeat(chance.below(20))}"}` };
  return chance.oneIn(2) ? envelope : { ...envelope, except: '1.2' };
}

it('whatever comes over the bus: it is read as it was written, or not at all', { timeout: fuzzTimeoutMilliseconds }, async () => {
  await fuzz((chance) => {
    const batch = { number: chance.below(1000), messages: Array.from({ length: 1 + chance.below(5) }, () => message(chance)) };
    const bytes = Buffer.from(encodeBatch('origin', batch));
    const start = 2 + 'origin'.length;
    expect(decodeBatch(bytes, start)).toEqual(batch);
    const damaged = mutateBytes(chance, bytes);
    for (const { length } of [damaged]) expect(() => decodeBatch(damaged, Math.min(start, length))).not.toThrow();
    const header = Buffer.concat([Buffer.from([1, 1 + chance.below(3)]), Buffer.alloc(8, 0x40), Buffer.from([0, 6]), Buffer.from('origin')]);
    expect(() => parseHeader(mutateBytes(chance, Buffer.concat([header, bytes])))).not.toThrow();
    expect(() => decodeTransitions(damaged, Math.min(start, damaged.length))).not.toThrow();
    const control = encodeControl({ type: 'terminate', appId: 'app', userId: 'ann' }) ?? '';
    expect(() => decodeControl(mutateText(chance, control))).not.toThrow();
    expect(() => parseFact(mutateText(chance, '["occupied","app","room",1700000000000]'))).not.toThrow();
  });
});
