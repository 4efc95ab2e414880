import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { createRecordedLog } from '../testing/recorded-log.ts';
import type { DeadLetter } from './dead-letter.ts';
import { DeadLetters } from './dead-letters.ts';

function letter(id: string): DeadLetter {
  const endpoint = { origin: 'https://hooks.example', fingerprint: '0123456789ab' };
  return { id, appId: 'app', endpoint, event: { id }, at: 1, givenUpAt: 2, attempts: 3, reason: 'old' };
}

/** A file whose writes end when the test says so. */
function setUp(maxLetters: number) {
  const writes: { readonly ids: string; readonly end: (error?: Error) => void }[] = [];
  const log = createRecordedLog();
  const append = (letters: readonly DeadLetter[]): Promise<void> =>
    new Promise((done, failed) => {
      const ids = letters.map(({ id }) => id).join();
      writes.push({ ids, end: (error) => (error === undefined ? done() : failed(error)) });
    });
  return { writes, log, deadLetters: new DeadLetters({ maxLetters, file: { append }, log }) };
}

describe('the dead-letter list', () => {
  it('remembers the newest', () => {
    const deadLetters = new DeadLetters({ maxLetters: 2, file: undefined, log: createRecordedLog() });
    for (const id of ['1', '2', '3']) deadLetters.add(letter(id));
    expect(deadLetters.letters.map(({ id }) => id)).toEqual(['2', '3']);
  });

  it('writes one after the other what comes one by one, and together what comes meanwhile', async () => {
    const { deadLetters, writes } = setUp(10);
    for (const id of ['1', '2', '3']) deadLetters.add(letter(id));
    expect(writes.map(({ ids }) => ids)).toEqual(['1']);
    writes[0]?.end();
    await settled();
    expect(writes.map(({ ids }) => ids)).toEqual(['1', '2,3']);
  });

  it('lets nobody wait for a slow disk but those who flush', async () => {
    const { deadLetters, writes } = setUp(2);
    for (const id of ['1', '2', '3', '4']) deadLetters.add(letter(id));
    const flushed = deadLetters.flush();
    writes[0]?.end();
    await settled();
    expect(writes.map(({ ids }) => ids)).toEqual(['1', '3,4']);
    writes[1]?.end();
    await flushed;
  });

  it('logs what could not be written, and goes on', async () => {
    const { deadLetters, writes, log } = setUp(10);
    deadLetters.add(letter('1'));
    deadLetters.add(letter('2'));
    writes[0]?.end(new Error('no space left'));
    await settled();
    writes[1]?.end();
    await deadLetters.flush();
    expect(writes.map(({ ids }) => ids)).toEqual(['1', '2']);
    expect(log.lines).toMatchObject([{ level: 'error', fields: { ids: ['1'], err: { message: 'no space left' } } }]);
  });
});
