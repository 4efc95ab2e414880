import { describe, expect, it } from 'vitest';
import { rethrow } from '../testing/rethrow.ts';
import { Events, type ServerEvent } from './events.ts';

const connected: ServerEvent = { type: 'connected', appId: 'app', socketId: '1.2' };

describe('events', () => {
  it('reach the listeners of their type in the tick in which they happen, in the order of registration', () => {
    const events = new Events(rethrow);
    const heard: string[] = [];
    events.listen('connected', ({ socketId }) => heard.push(`first ${socketId}`));
    events.listen('connected', ({ socketId }) => heard.push(`second ${socketId}`));
    events.listen('disconnected', () => heard.push('another type'));
    events.emit(connected);
    expect(heard).toEqual(['first 1.2', 'second 1.2']);
  });

  it('do not reach a listener that has ended, and reach the others still', () => {
    const events = new Events(rethrow);
    const heard: string[] = [];
    const end = events.listen('connected', () => heard.push('ended'));
    events.listen('connected', () => heard.push('other'));
    end();
    end();
    events.emit(connected);
    expect(heard).toEqual(['other']);
  });

  it('reach every listener, even when one of them ends itself meanwhile', () => {
    const events = new Events(rethrow);
    const heard: string[] = [];
    const end = events.listen('connected', () => {
      heard.push('once');
      end();
    });
    events.listen('connected', () => heard.push('always'));
    events.emit(connected);
    events.emit(connected);
    expect(heard).toEqual(['once', 'always', 'always']);
  });

  it('are only wanted while somebody listens', () => {
    const events = new Events(rethrow);
    expect(events.has('connected')).toBe(false);
    const end = events.listen('connected', () => {});
    expect(events.has('connected')).toBe(true);
    expect(events.has('disconnected')).toBe(false);
    end();
    expect(events.has('connected')).toBe(false);
  });

  it('goes on when a listener throws, and tells of it', () => {
    const faults: unknown[] = [];
    const heard: string[] = [];
    const events = new Events((fault) => faults.push(fault));
    const bug = new Error('a bug');
    events.listen('connected', () => {
      throw bug;
    });
    events.listen('connected', ({ socketId }) => heard.push(socketId));
    events.emit({ type: 'connected', appId: 'app', socketId: '1.2' });
    expect({ faults, heard }).toEqual({ faults: [bug], heard: ['1.2'] });
  });
});
