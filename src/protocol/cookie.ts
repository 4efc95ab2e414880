/**
 * The value of a cookie in a `Cookie` header (RFC 6265), quotes removed. `undefined` when it is missing, and when it occurs twice: the second one may
 * have been planted by a neighbouring domain, and nobody can tell which it is.
 */
export function readCookie(header: string, name: string): string | undefined {
  let found: string | undefined;
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
    if (found !== undefined) return undefined;
    found = unquote(pair.slice(equals + 1).trim());
  }
  return found === '' ? undefined : found;
}

function unquote(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
