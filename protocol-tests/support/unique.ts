import { randomBytes } from 'node:crypto';

/** A name that no other test uses, for channels and users: `unique('presence-room')`. Tests share one server and run at the same time. */
export function unique(name: string): string {
  return `${name}-${randomBytes(6).toString('hex')}`;
}
