import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { testApp } from '../testing/test-app.ts';
import { issueTicket, openTicket } from './ticket.ts';

const app = testApp();
const token = `head.${'payload'.repeat(30)}.signature`;
const end = 1_700_000_060_000;
const ticketOf = (from = app): string => issueTicket(from, token, end) ?? '';

describe('a ticket', () => {
  it('opens again and again until it ends', () => {
    const ticket = ticketOf();
    expect(ticket).toMatch(/^[A-Za-z0-9_-]+$/);
    expect([openTicket(app, ticket, 0), openTicket(app, ticket, end - 1)]).toEqual([token, token]);
    expect(openTicket(app, ticket, end)).toMatchObject({ reason: 'expired' });
  });

  it('tells nothing of the token, and is never the same twice', () => {
    const ticket = ticketOf();
    expect(Buffer.from(ticket, 'base64url').includes('payload')).toBe(false);
    expect(ticketOf()).not.toBe(ticket);
  });

  it('opens with every key that is still accepted', () => {
    const old = { key: 'key', secret: 'secret' };
    const next = { key: 'next', secret: 'other', status: 'active' } as const;
    const ticket = ticketOf();
    expect(openTicket(testApp({ keys: [next, { ...old, status: 'verify-only' }] }), ticket, 0)).toBe(token);
    expect(openTicket(testApp({ keys: [next, { ...old, status: 'revoked' }] }), ticket, 0)).toMatchObject({ reason: 'malformed' });
    expect(issueTicket(testApp({ keys: [{ ...old, status: 'verify-only' }] }), token, end)).toBeUndefined();
  });

  it('is nothing to another app, not even to one with the same secret', () => {
    expect(openTicket(testApp({ id: 'other' }), ticketOf(), 0)).toMatchObject({ reason: 'malformed' });
  });

  it('is not issued for a token that no URL could hold', () => {
    expect(issueTicket(app, 'x'.repeat(8192), end)).toBeDefined();
    expect(issueTicket(app, 'x'.repeat(9000), end)).toBeUndefined();
  });

  it('does not open when a single bit of it was changed', () => {
    const bytes = Buffer.from(ticketOf(), 'base64url');
    const bit = fc.nat({ max: bytes.length * 8 - 1 });
    assertProperty(
      fc.property(bit, (index) => {
        const changed = Buffer.from(bytes);
        changed[index >> 3] = (changed[index >> 3] ?? 0) ^ (1 << (index & 7));
        expect(openTicket(app, changed.toString('base64url'), 0)).toMatchObject({ reason: 'malformed' });
      }),
    );
  });

  it.each([
    ['', 'malformed'],
    ['a', 'malformed'],
    [`${ticketOf()}=`, 'malformed'],
    [`${ticketOf()}/../x`, 'malformed'],
    [ticketOf().slice(0, 51), 'malformed'],
    ['A'.repeat(12_000), 'too-large'],
  ])('is not %j', (text, reason) => {
    expect(openTicket(app, text, 0)).toMatchObject({ reason });
  });
});
