import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate for localhost that nobody signed, with a key on the curve P-256, as public authorities issue them today. */
export function createCertificate(folder: string): Certificate {
  const certFile = join(folder, 'certificate.pem');
  const keyFile = join(folder, 'key.pem');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  execFileSync('openssl', ['req', '-x509', ...key, '-out', certFile, '-days', '2', '-subj', '/CN=localhost'], { stdio: 'ignore' });
  return { certFile, keyFile };
}
