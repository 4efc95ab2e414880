import Pusher from 'pusher';
import { describe, expect, it } from 'vitest';
import { webhookBody, webhookHeaders } from './webhook.ts';

const signer = { key: 'the-key', secret: 'the-secret' };
const event = JSON.stringify({ name: 'channel_occupied', channel: 'room', id: '1' });

function isValidForTheSdk(headers: Readonly<Record<string, string>>, rawBody: string): boolean {
  const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return new Pusher({ appId: '1', ...signer, cluster: '' }).webhook({ headers: lowerCase, rawBody }).isValid();
}

describe('a webhook', () => {
  it('holds the time and the events', () => {
    expect(JSON.parse(webhookBody(1_700_000_000_000, [event, event]))).toEqual({
      time_ms: 1_700_000_000_000,
      events: [JSON.parse(event), JSON.parse(event)],
    });
  });

  it('is signed so that the SDK accepts it, whatever characters it holds', () => {
    const body = webhookBody(1, [JSON.stringify({ name: 'client_event', channel: 'private-x', event: 'client-ü', data: '"é😀\u2028"', id: '1' })]);
    expect(isValidForTheSdk(webhookHeaders(signer, body), body)).toBe(true);
    expect(isValidForTheSdk(webhookHeaders({ ...signer, secret: 'another' }, body), body)).toBe(false);
    expect(isValidForTheSdk(webhookHeaders(signer, body), `${body} `)).toBe(false);
  });

  it('carries the headers of its endpoint', () => {
    expect(webhookHeaders(signer, '{}', { headers: { Authorization: 'Bearer token' } })).toMatchObject({ Authorization: 'Bearer token' });
  });

  it('does not let its endpoint replace a header of the protocol or of the framing, in any spelling', () => {
    const evil = {
      'content-type': 'text/plain',
      'X-PUSHER-KEY': 'x',
      'x-pusher-Signature': 'x',
      Host: 'x',
      'Content-Length': '1',
      'transfer-encoding': 'chunked',
    };
    expect(webhookHeaders(signer, '{}', { headers: evil })).toEqual(webhookHeaders(signer, '{}'));
    expect(webhookHeaders(signer, '{}')['Content-Type']).toBe('application/json');
  });

  it('carries the trace of the request that brought the events about, whatever the endpoint’s own headers say', () => {
    const trace = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: 'vendor=1' };
    expect(webhookHeaders(signer, '{}', { trace, headers: { Traceparent: 'mine', tracestate: 'mine' } })).toEqual({
      ...webhookHeaders(signer, '{}'),
      ...trace,
    });
    expect(webhookHeaders(signer, '{}', { trace: { ...trace, tracestate: '' } })).not.toHaveProperty('tracestate');
  });
});
