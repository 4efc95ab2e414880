import { describe, expect, it } from 'vitest';
import { Events } from '../core/events.ts';
import { EventRecorder } from '../testing/event-recorder.ts';
import { rethrow } from '../testing/rethrow.ts';
import { failure, type HttpRequest } from './message.ts';
import { reportRefusal } from './refusal.ts';

const request: HttpRequest = { method: 'POST', path: '/apps/app/events', query: '', idempotencyKey: '', body: Buffer.alloc(0) };

function report(fields: Partial<HttpRequest>, error: string) {
  const events = new Events(rethrow);
  const recorder = new EventRecorder(events);
  const id = reportRefusal({ events }, { ...request, ...fields }, failure(401, error));
  return { id, refused: recorder.of('request_refused') };
}

describe('a refusal', () => {
  it('is told once, under the id of the caller', () => {
    const { id, refused } = report({ requestId: 'mine' }, 'No');
    expect(id).toBe('mine');
    expect(refused).toEqual([{ type: 'request_refused', method: 'POST', path: '/apps/app/events', status: 401, reason: 'No', requestId: 'mine' }]);
  });

  it('is told under an id of its own when the caller has none', () => {
    const { id, refused } = report({}, 'No');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(refused).toMatchObject([{ requestId: id }]);
    expect(report({}, 'No').id).not.toBe(id);
  });

  it('is told without what follows the colon, which may quote a signature', () => {
    expect(report({}, 'Invalid signature: you should have sent x').refused).toMatchObject([{ reason: 'Invalid signature' }]);
  });

  it('is told without the end of an endless path', () => {
    expect(report({ path: `/${'x'.repeat(5000)}` }, 'No').refused[0]?.path).toHaveLength(200);
  });
});
