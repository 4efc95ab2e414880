import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertAsyncProperty } from '../testing/assert-property.ts';
import { settled } from '../testing/fake-clock.ts';
import { Gate } from '../testing/gate.ts';
import { KeyedQueue } from './keyed-queue.ts';

describe('a keyed queue', () => {
  it('starts a task in the same tick when nothing is under way', () => {
    const queue = new KeyedQueue();
    let ran = false;
    const result = queue.run('key', () => {
      ran = true;
    });
    expect(ran).toBe(true);
    expect(result).toBeUndefined();
    expect(queue.size).toBe(0);
  });

  it('lets a task wait for the one before it under the same key', async () => {
    const queue = new KeyedQueue();
    const gate = new Gate();
    const order: string[] = [];
    gate.close();
    const first = queue.run('key', async () => {
      order.push('first begins');
      await gate.pass();
      order.push('first ends');
    });
    const second = queue.run('key', () => {
      order.push('second');
    });
    await settled();
    expect(order).toEqual(['first begins']);
    gate.open();
    await Promise.all([first, second]);
    expect(order).toEqual(['first begins', 'first ends', 'second']);
  });

  it('lets a late task wait for one that waited itself', async () => {
    const queue = new KeyedQueue();
    const gates = [new Gate(), new Gate()] as const;
    const order: string[] = [];
    for (const gate of gates) gate.close();
    const running = gates.map((gate, index) =>
      queue.run('key', async () => {
        await gate.pass();
        order.push(`task ${index}`);
      }),
    );
    gates[0].open();
    await settled();
    running.push(queue.run('key', () => void order.push('late task')));
    gates[1].open();
    await Promise.all(running);
    expect(order).toEqual(['task 0', 'task 1', 'late task']);
  });

  it('does not let tasks of different keys wait for each other', async () => {
    const queue = new KeyedQueue();
    const gate = new Gate();
    gate.close();
    const slow = queue.run('slow', () => gate.pass());
    let ran = false;
    const quick = queue.run('quick', () => {
      ran = true;
    });
    expect(quick).toBeUndefined();
    expect(ran).toBe(true);
    gate.open();
    await slow;
  });

  it('goes on after a task that rejected, and passes the fault to whoever asked for it only', async () => {
    const queue = new KeyedQueue();
    const gate = new Gate();
    gate.close();
    const first = queue.run('key', () => gate.pass());
    const second = queue.run('key', async () => 'done' as unknown as void);
    const caught = expect(first).rejects.toThrow('broken');
    gate.fail(new Error('broken'));
    await caught;
    await expect(second).resolves.toBe('done');
    await settled();
    expect(queue.size).toBe(0);
  });

  it('throws what the first task throws, and rejects with what a waiting task throws', async () => {
    const queue = new KeyedQueue();
    expect(() =>
      queue.run('key', () => {
        throw new Error('at once');
      }),
    ).toThrow('at once');
    const gate = new Gate();
    gate.close();
    const first = queue.run('key', () => gate.pass());
    const second = queue.run('key', () => {
      throw new Error('later');
    });
    const caught = expect(second).rejects.toThrow('later');
    gate.open();
    await Promise.all([first, caught]);
  });

  it('counts the keys under which something is under way, and forgets them afterwards', async () => {
    const queue = new KeyedQueue();
    const gate = new Gate();
    gate.close();
    const running = ['a', 'b', 'a'].map((key) => queue.run(key, () => gate.pass()));
    expect(queue.size).toBe(2);
    gate.open();
    await Promise.all(running);
    await settled();
    expect(queue.size).toBe(0);
  });

  it('never runs two tasks of a key at once, and keeps their order, in any interleaving', async () => {
    const tasks = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), isSlow: fc.boolean(), fails: fc.boolean() }), { maxLength: 20 });
    await assertAsyncProperty(
      fc.asyncProperty(tasks, fc.scheduler(), async (planned, scheduler) => {
        const queue = new KeyedQueue();
        const begun = new Map<string, number[]>();
        const underWay = new Set<string>();
        const results = planned.map(({ key, isSlow, fails }, index) => {
          const perform = async () => {
            expect(underWay.has(key)).toBe(false);
            underWay.add(key);
            begun.set(key, [...(begun.get(key) ?? []), index]);
            if (isSlow) await scheduler.schedule(Promise.resolve());
            underWay.delete(key);
            if (fails) throw new Error('planned');
          };
          return Promise.resolve(queue.run(key, perform)).catch((fault: Error) => expect(fault.message).toBe('planned'));
        });
        await scheduler.waitIdle();
        await Promise.all(results);
        for (const [key, indexes] of begun) expect(indexes).toEqual(planned.flatMap((task, index) => (task.key === key ? [index] : [])));
        await settled();
        expect(queue.size).toBe(0);
      }),
    );
  });
});
