import type { Revocation } from '../../core/revocation.ts';

const letters = { user: 'u', token: 't' } as const;
const subjectShape = /^([ut])\/([A-Za-z0-9_-]{1,64})\/([\s\S]{1,10240})$/;

/** Subject, moment and end: a revocation as Redis keeps it. */
export function encodeRevocation(revocation: Revocation): readonly [subject: string, moment: number, endsAt: number] {
  const { type, appId, endsAt } = revocation;
  const id = revocation.type === 'user' ? revocation.userId : revocation.tokenId;
  return [`${letters[type]}/${appId}/${id}`, revocation.type === 'user' ? revocation.issuedUntil : 0, endsAt];
}

/** `undefined` for whatever another program may have written there. */
export function decodeRevocation(subject: string, moment: number, endsAt: number): Revocation | undefined {
  const [, letter, appId, id] = subjectShape.exec(subject) ?? [];
  if (appId === undefined || id === undefined || !Number.isSafeInteger(moment) || !Number.isSafeInteger(endsAt)) return undefined;
  return letter === 'u' ? { type: 'user', appId, userId: id, issuedUntil: moment, endsAt } : { type: 'token', appId, tokenId: id, endsAt };
}
