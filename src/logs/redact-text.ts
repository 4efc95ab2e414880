/** Stands where a secret was. */
export const redacted = '[redacted]';

const maxCharacters = 4000;

/** Names of parameters and fields, whatever stands before them: `auth_signature`, `client_secret`. */
const names = '(?:[\\w-]{0,24}(?:token|secret|password|passphrase|signature|api_?key)|ticket|jwt|auth)';

/** What gives a secret away in a text, and what is left of it. Each runs in one pass, whatever the text. */
const patterns: readonly (readonly [pattern: RegExp, left: string])[] = [
  // Parameters of a query or a form, also those of URLs within URLs.
  [new RegExp(`((?:[?&#;,\\s"'{]|%3f|%26|^)${names}(?:=|%3d))[^&;\\s"'#,}]+`, 'gi'), `$1${redacted}`],
  // Fields of JSON, which may stand in a text of JSON itself.
  [new RegExp(`("${names}\\\\?"\\s*:\\s*\\\\?")[^"\\\\]+`, 'gi'), `$1${redacted}`],
  // Tickets in the path, which stock clients can be given.
  [/(\/t\/)[^/?#\s"']+/g, `$1${redacted}`],
  // Credentials in a URL.
  [/(:\/\/)[^/?#\s"']+@/g, `$1${redacted}@`],
  // Headers as they are quoted in errors.
  [/((?:proxy-)?authorization|(?:set-)?cookie|sec-websocket-protocol|x-pusher-signature)(["']?\s*[:=]\s*)[^\r\n]+/gi, `$1$2${redacted}`],
  [/(bearer|basic)(,?\s+)[\w.~+/=-]{8,}/gi, `$1$2${redacted}`],
  // Tokens and signatures, wherever they stand.
  [/eyJ[\w-]+(?:\.[\w-]*){1,4}/g, redacted],
  [/-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[^-]*/g, redacted],
  [/[0-9a-f]{64,}/gi, redacted],
];

/** A text that may be logged: without tokens, signatures, credentials and cookies, and not endless. */
export function redactText(text: string): string {
  let left = text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text;
  for (const [pattern, replacement] of patterns) left = left.replace(pattern, replacement);
  return left;
}
