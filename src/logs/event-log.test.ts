import { beforeEach, describe, expect, it } from 'vitest';
import { Events } from '../core/events.ts';
import { createRecordedLog } from '../testing/recorded-log.ts';
import { rethrow } from '../testing/rethrow.ts';
import { EventLog } from './event-log.ts';

const frequent = ['connected', 'disconnected', 'subscribed', 'unsubscribed', 'triggered', 'client_event'] as const;

describe('the log of events', () => {
  let events: Events;
  let log: ReturnType<typeof createRecordedLog>;

  beforeEach(() => {
    events = new Events(rethrow);
    log = createRecordedLog();
  });

  it('listens to nothing frequent unless somebody debugs', () => {
    const eventLog = new EventLog(events, log, 'info');
    expect(frequent.filter((type) => events.has(type))).toEqual([]);
    eventLog.setLevel('debug');
    expect(frequent.filter((type) => events.has(type))).toEqual(frequent);
    eventLog.setLevel('info');
    expect(frequent.filter((type) => events.has(type))).toEqual([]);
  });

  it('listens to nothing when only errors are wanted', () => {
    new EventLog(events, log, 'error').setLevel('silent');
    expect([...frequent, 'request_refused', 'connection_refused'] as const).not.toSatisfy((types: typeof frequent) =>
      types.some((type) => events.has(type)),
    );
  });

  it('writes each line once, however often the level changes', () => {
    const eventLog = new EventLog(events, log, 'trace');
    for (const level of ['debug', 'info', 'debug'] as const) eventLog.setLevel(level);
    events.emit({ type: 'connected', appId: 'app', socketId: '1.2' });
    expect(log.lines).toEqual([{ level: 'debug', message: 'connected', fields: { appId: 'app', socketId: '1.2' } }]);
  });

  it('tells every operator of refusals, with their reason', () => {
    new EventLog(events, log, 'info');
    events.emit({ type: 'connection_refused', key: 'k', kind: 'UNKNOWN_APP', code: 4001, reason: 'Application does not exist' });
    events.emit({ type: 'connection_refused', key: 'k', kind: 'OVER_CAPACITY', code: 4100, reason: 'Over capacity' });
    events.emit({ type: 'subscription_refused', appId: 'app', socketId: '1.2', channel: 'private-a', status: 401, reason: 'Invalid signature' });
    events.emit({ type: 'message_refused', appId: 'app', socketId: '1.2', kind: 'CLIENT_EVENT_RATE', code: 4301, reason: 'rate' });
    events.emit({ type: 'request_refused', method: 'GET', path: '/x', status: 404, reason: 'Unknown path', requestId: 'r' });
    events.emit({ type: 'request_refused', method: 'GET', path: '/x', status: 429, reason: 'rate', requestId: 'r' });
    expect(log.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'info connection refused',
      'warn connection refused',
      'info subscription refused',
      'info message refused',
      'info request refused',
      'warn request refused',
    ]);
    expect(log.lines.every(({ fields }) => typeof fields.reason === 'string')).toBe(true);
  });

  it('warns when the server wants no more clients, but not when it is told to stop', () => {
    new EventLog(events, log, 'info');
    events.emit({ type: 'readiness_changed', isReady: false, reasons: ['broker'] });
    events.emit({ type: 'readiness_changed', isReady: true, reasons: [] });
    events.emit({ type: 'readiness_changed', isReady: false, reasons: ['draining'] });
    expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'info', 'info']);
  });

  it('says how much was said, but not what', () => {
    new EventLog(events, log, 'debug');
    events.emit({ type: 'client_event', appId: 'app', channel: 'private-a', event: 'client-e', data: 'canary é', socketId: '1.2', at: 0 });
    expect(log.lines).toMatchObject([{ fields: { event: 'client-e', dataBytes: 9 } }]);
    expect(JSON.stringify(log.lines)).not.toContain('canary');
  });
});
