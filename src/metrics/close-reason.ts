/** Why a connection ended, by its close code. Clients choose codes too, so everything unexpected is one reason. */
export const closeReasons = [
  'client',
  'lost',
  'protocol',
  'message_too_big',
  'unauthorized',
  'over_capacity',
  'draining',
  'pong_missing',
  'other',
] as const;

export type CloseReason = (typeof closeReasons)[number];

const reasons: ReadonlyMap<number, CloseReason> = new Map([
  [1000, 'client'],
  [1001, 'client'],
  [1005, 'client'],
  [1006, 'lost'],
  [1002, 'protocol'],
  [1003, 'protocol'],
  [1007, 'protocol'],
  [1009, 'message_too_big'],
  [4009, 'unauthorized'],
  [4100, 'over_capacity'],
  [4200, 'draining'],
  [4201, 'pong_missing'],
]);

export function closeReasonOf(code: number): CloseReason {
  return reasons.get(code) ?? 'other';
}
