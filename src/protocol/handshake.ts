import type { errors } from './error.ts';

type Refusal = Extract<keyof typeof errors, 'BAD_VERSION' | 'UNSUPPORTED_PROTOCOL'>;

const oldest = 4;
const newest = 7;

/**
 * Checks the `protocol` parameter of `/app/KEY?protocol=7&…` (clause 1.1). Absent means 7: native clients omit it.
 * Returns the reason for a refusal, or `undefined`.
 */
export function checkProtocol(protocol: string | undefined): Refusal | undefined {
  if (protocol === undefined) return undefined;
  if (!/^-?\d+$/.test(protocol)) return 'BAD_VERSION';
  const version = Number(protocol);
  return version >= oldest && version <= newest ? undefined : 'UNSUPPORTED_PROTOCOL';
}
