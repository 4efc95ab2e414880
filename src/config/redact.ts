import type { Option } from './option.ts';
import { isTree } from './tree.ts';

/** Stands where a secret was. */
const redacted = '[redacted]';

/** A copy of settings that may be shown: without secrets, without credentials and queries in URLs. `null` stands for "no limit" again. */
export function redactSettings(settings: unknown, options: Iterable<Option>): unknown {
  const secrets = new Set([...options].filter(({ isSecret }) => isSecret).map(({ path }) => path));
  return redactAt(settings, '', secrets);
}

function redactAt(value: unknown, path: string, secrets: ReadonlySet<string>): unknown {
  if (typeof value === 'string' && /\.(url|jwksUrl)$/.test(path)) return redactUrl(value);
  if (isTree(value)) {
    const hidden = secrets.has(path);
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, hidden ? redacted : redactAt(inner, path === '' ? name : `${path}.${name}`, secrets)]),
    );
  }
  if (secrets.has(path)) return redacted;
  if (Array.isArray(value)) return value.map((element) => redactAt(element, `${path}[]`, secrets));
  return value === Number.POSITIVE_INFINITY ? null : value;
}

/** Passwords and tokens are put into URLs: what is left is where it leads to. */
function redactUrl(text: string): string {
  if (!URL.canParse(text)) return redacted;
  const { protocol, username, password, host, pathname, search } = new URL(text);
  return `${protocol}//${username + password === '' ? '' : `${redacted}@`}${host}${pathname}${search === '' ? '' : `?${redacted}`}`;
}
