import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, answer } from './support/api.ts';
import { expectFault } from './support/fault.ts';
import { hmac, type SignedRequest, signedQuery } from './support/signature.ts';
import { needsOwnServer, sharedApp, type Target } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');
const secondsNow = (): number => Math.floor(Date.now() / 1000);

/** Sends a request with whatever was signed; `signer` is the app whose key signs. */
async function send(request: Partial<SignedRequest> = {}, signer: Target = plain): Promise<Answer> {
  const { method = 'GET', path = `/apps/${plain.id}/channels`, body } = request;
  const query = signedQuery(signer, { ...request, method, path });
  return answer(await fetch(`${plain.httpUrl}${path}?${query}`, { method, ...(body === undefined ? {} : { body: String(body) }) }));
}

/** Sends a GET whose query is exactly this text. */
async function sendQuery(query: string): Promise<Answer> {
  return answer(await fetch(`${plain.httpUrl}/apps/${plain.id}/channels?${query}`));
}

const anEvent = (): string => JSON.stringify({ name: 'greeting', data: 'hello', channels: [unique('room')] });
const toEvents = (body: string): Partial<SignedRequest> => ({ method: 'POST', path: `/apps/${plain.id}/events`, body });

describe('a signed request', () => {
  it('is served, also when it is repeated', async () => {
    const query = signedQuery(plain, { method: 'GET', path: `/apps/${plain.id}/channels`, query: { filter_by_prefix: unique('none') } }).toString();
    expect((await sendQuery(query)).status).toBe(200);
    expect((await sendQuery(query)).status).toBe(200);
  });

  it('is served up to ten minutes before and after its time', async () => {
    for (const seconds of [-590, 590]) {
      expect((await send({ override: { auth_timestamp: String(secondsNow() + seconds) } })).status).toBe(200);
    }
  });

  it('may list its parameters in any order', async () => {
    const query = signedQuery(plain, { method: 'GET', path: `/apps/${plain.id}/channels`, query: { filter_by_prefix: 'presence-x' } });
    expect((await sendQuery(new URLSearchParams([...query].reverse()).toString())).status).toBe(200);
  });

  it('may escape its values or not: the decoded values are signed', async () => {
    const path = `/apps/${plain.id}/channels/${unique('presence-room')}`;
    const query = signedQuery(plain, { method: 'GET', path, query: { info: 'user_count,subscription_count' } }).toString();
    expect(query).toContain('%2C');
    expect((await fetch(`${plain.httpUrl}${path}?${query}`)).status).toBe(200);
    expect((await fetch(`${plain.httpUrl}${path}?${query.replaceAll('%2C', ',')}`)).status).toBe(200);
  });

  it('signs the names of its parameters in lower case', async () => {
    expect((await send({ query: { Filter_By_Prefix: 'presence-x' } })).status).toBe(200);
  });

  it('may carry the md5 of an empty body, as the Python SDK sends it', async () => {
    expect((await send({ override: { body_md5: createHash('md5').update('').digest('hex') } })).status).toBe(200);
  });

  it('is refused without a signature', async () => {
    expectFault(await sendQuery(''), 401);
    expectFault(await send({ override: { auth_key: undefined } }), 401);
  });

  it('is refused when its key is unknown', async () => {
    expectFault(await send({ override: { auth_key: 'nobody' } }), 401);
  });

  it.each(['2.0', '', undefined])('is refused with auth_version %j', async (version) => {
    expectFault(await send({ override: { auth_version: version } }), 401);
  });

  it.each([-660, 660])('is refused %d seconds from now, and told so', async (seconds) => {
    const given = secondsNow() + seconds;
    const error = expectFault(await send({ override: { auth_timestamp: String(given) } }), 401);
    expect(error).toMatch(/^Timestamp expired: Given timestamp \(.+Z\) not within 600s of server time \(.+Z\)$/);
    expect(error).toContain(`(${new Date(given * 1000).toISOString().slice(0, 19)}`);
  });

  it.each([undefined, '', 'soon', '-1', '1e400', 'NaN', '99999999999999999999', '1700000000junk'])(
    'is refused with timestamp %j',
    async (timestamp) => {
      expectFault(await send({ override: { auth_timestamp: timestamp } }), 401);
    },
  );

  it('is refused when the body does not have the md5 that was signed', async () => {
    expectFault(await send({ ...toEvents(anEvent()), override: { body_md5: createHash('md5').update('something else').digest('hex') } }), 401);
    expectFault(await send({ ...toEvents(anEvent()), override: { body_md5: undefined } }), 401);
  });

  it('is refused with the text that should have been signed, but without the signature of it', async () => {
    const body = anEvent();
    const query = signedQuery(plain, { method: 'POST', path: `/apps/${plain.id}/events`, body });
    const right = String(query.get('auth_signature'));
    query.set('auth_signature', '0'.repeat(64));
    const refusal = await answer(await fetch(`${plain.httpUrl}/apps/${plain.id}/events?${query}`, { method: 'POST', body }));
    const error = expectFault(refusal, 401);
    expect(error).toMatch(/^Invalid signature: you should have sent HmacSHA256Hex\("POST\\n\/apps\//);
    expect(error).toContain('", your_secret_key), but you sent "');
    expect(refusal.text).not.toContain(right);
  });

  it('is refused when the signature is for another method, path, parameter or in another spelling', async () => {
    const path = `/apps/${plain.id}/channels`;
    const signedAs = (request: SignedRequest): string => signedQuery(plain, request).toString();
    const right = signedQuery(plain, { method: 'GET', path });
    const signature = String(right.get('auth_signature'));
    const spelt = (other: string): string =>
      new URLSearchParams([...right].map(([name, value]) => [name, name === 'auth_signature' ? other : value])).toString();
    expectFault(await sendQuery(signedAs({ method: 'POST', path })), 401);
    expectFault(await sendQuery(signedAs({ method: 'GET', path: `${path}/x` })), 401);
    expectFault(await sendQuery(`${right}&filter_by_prefix=more`), 401);
    for (const other of [signature.toUpperCase(), `${signature}0`, signature.slice(1), '', 'é'.repeat(32)])
      expectFault(await sendQuery(spelt(other)), 401);
  });

  it('is refused when a parameter of the authentication occurs twice', async () => {
    const query = signedQuery(plain, { method: 'GET', path: `/apps/${plain.id}/channels` });
    for (const again of ['auth_key=other-key', 'auth_signature=00', 'auth_timestamp=1', 'auth_version=9.9']) {
      expectFault(await sendQuery(`${query}&${again}`), 401);
      expectFault(await sendQuery(`${again}&${query}`), 401);
    }
  });

  it.each(['auth_key=%zz', '%', '&&&=&=', '__proto__=1', 'auth_key[]=a&auth_key[]=b', 'constructor=x&auth_signature=y', 'auth_signature=%ff'])(
    'is refused when the query is %j',
    async (query) => {
      expectFault(await sendQuery(query), 401);
    },
  );

  it('is refused, never failed, with any query', async () => {
    const word = fc.oneof(
      fc.constantFrom('auth_key', 'auth_timestamp', 'auth_signature', 'info[]', plain.key, '1.0', '__proto__', '%', '[]'),
      fc.string(),
    );
    const query = fc.array(fc.tuple(word, word), { maxLength: 8 }).map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'));
    const property = fc.asyncProperty(query, async (text) => {
      expectFault(await sendQuery(text.replaceAll('#', '')), 401);
    });
    await fc.assert(property, { seed: 6001, numRuns: 200 });
  });

  it('is signed over the plain value of a parameter with special characters', async () => {
    for (const value of ['a+b', 'a,b', 'a&b=c', 'ünï', '%41', '/?#']) {
      expect((await send({ query: { filter_by_prefix: value } })).status).toBe(200);
    }
  });
});

describe('an app', () => {
  beforeEach(needsOwnServer('several apps'));

  it('may have an id of digits or of text', async () => {
    const other = sharedApp('other');
    expect((await send({ path: `/apps/${plain.id}/channels` })).status).toBe(200);
    expect((await send({ path: `/apps/${other.id}/channels` }, other)).status).toBe(200);
  });

  it('is not open to the key of another app', async () => {
    const other = sharedApp('other');
    expectFault(await send({}, other), 401);
    expectFault(await send({ override: { auth_key: other.key } }), 401);
  });

  it.each(['nothing', '__proto__', 'constructor', '1001%00', '1001 ', '01001', 'a'.repeat(2000)])(
    'with id %j that does not exist is 404',
    async (id) => {
      const path = `/apps/${encodeURIComponent(id)}/channels`;
      expectFault(await send({ path }), 404);
    },
  );

  it('that is disabled answers 403', async () => {
    const disabled = sharedApp('disabled');
    expectFault(await send({ path: `/apps/${disabled.id}/channels` }, disabled), 403);
  });
});

describe('the documented example of a signature', () => {
  it('is what this suite computes', () => {
    const body = '{"name":"foo","channels":["project-3"],"data":"{\\"some\\":\\"data\\"}"}';
    const query = 'auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0&body_md5=ec365a775a4cd0599faeb73354201b6f';
    expect(createHash('md5').update(body).digest('hex')).toBe('ec365a775a4cd0599faeb73354201b6f');
    expect(hmac('7ad3773142a6692b25b8', `POST\n/apps/3/events\n${query}`)).toBe('da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c');
  });
});
