import type { Finding } from './finding.ts';

const noticeableSeconds = 5;
/** Half of what signatures may be off (protocol clause 5.1). */
const dangerousSeconds = 300;
const answerMilliseconds = 5000;

/** Compares this machine's clock with another one; both in milliseconds since the epoch. `ofWhom` names the other. */
export function compareClocks(ofWhom: string, theirs: number, ours: number): Finding {
  const subject = 'clock';
  const seconds = Math.round(Math.abs(theirs - ours) / 100) / 10;
  const is = `${seconds} s ${theirs > ours ? 'behind' : 'ahead of'} ${ofWhom}`;
  if (seconds < noticeableSeconds) return { grade: 'ok', subject, text: `within ${noticeableSeconds} s of ${ofWhom}` };
  const grade = seconds < dangerousSeconds ? 'warning' : 'fault';
  return { grade, subject, text: `${is}: requests whose time is off by 600 s are refused; let both machines set their clocks by NTP` };
}

/** Asks a web server, such as the backend that publishes, for its time. */
export async function checkBackendClock(url: string): Promise<Finding> {
  const subject = 'clock';
  try {
    const before = Date.now();
    const response = await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(answerMilliseconds) });
    const theirs = Date.parse(response.headers.get('date') ?? '');
    if (Number.isNaN(theirs)) return { grade: 'warning', subject, text: `${url} does not say what time it is` };
    return compareClocks(new URL(url).host, theirs + 500, (before + Date.now()) / 2); // the header has whole seconds, cut off
  } catch (cause) {
    return { grade: 'warning', subject, text: `${url} cannot be asked for its time: ${describe(cause)}` };
  }
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? cause.cause.message : cause.message;
}
