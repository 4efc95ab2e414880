import { redacted, redactText } from './redact-text.ts';

/** Ends of names of fields that never reach the log, wherever they stand; without dashes, underscores and upper case. */
const secretEndings = /(?:secret|password|passphrase|token|signature|apikey|masterkey|privatekey|encryptionkey)$/;

/** Names of others. */
const secretNames: ReadonlySet<string> = new Set([
  'auth',
  'authorization',
  'proxyauthorization',
  'channeldata',
  'userdata',
  'userinfo',
  'jwt',
  'ticket',
  'cookie',
  'cookies',
  'setcookie',
]);

const maxDepth = 6;
const maxElements = 200;

/** The fields of a line as they may be logged: secrets are left out by name, and out of every text. */
export function redactFields(fields: object): Record<string, unknown> {
  return redactEntries(fields, maxDepth);
}

function redactEntries(value: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, isSecret(name) ? redacted : redactValue(inner, depth - 1)]));
}

function isSecret(name: string): boolean {
  const plain = name.replace(/[_-]/g, '').toLowerCase();
  return secretNames.has(plain) || secretEndings.test(plain);
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return describeError(value);
  if (value instanceof Date || value instanceof URL) return redactText(value.toJSON());
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (depth <= 0) return '…';
  if (Array.isArray(value)) return value.slice(0, maxElements).map((element) => redactValue(element, depth - 1));
  return redactEntries(value, depth);
}

/** Nothing of an error but this: libraries hang all sorts of things on theirs, such as the command that sent a password. */
function describeError(error: Error): object {
  const causes = causesOf(error);
  return {
    type: error.constructor.name,
    message: redactText(causes.flatMap(({ message }) => message || []).join(': ')),
    stack: redactText(causes.map(({ stack, message }) => stack ?? message).join('\ncaused by: ')),
    ...('code' in error && { code: redactValue(error.code, 0) }),
  };
}

function causesOf(error: Error): readonly Error[] {
  const causes: Error[] = [];
  for (let cause: unknown = error; cause instanceof Error && causes.length < maxDepth; cause = causeOf(cause)) causes.push(cause);
  return causes;
}

/** A host with several addresses fails with several errors, beside which the first stands for all. */
function causeOf(error: Error): unknown {
  return error instanceof AggregateError ? error.errors[0] : error.cause;
}
