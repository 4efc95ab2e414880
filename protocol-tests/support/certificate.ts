import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Files in PEM form. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Makes a certificate for 127.0.0.1 that signs itself, in place of the one that is there. */
export function makeCertificate(folder: string): CertificateFiles {
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')] as const;
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const { status, stderr } = spawnSync('openssl', [...kind, ...subject, '-keyout', keyFile, '-out', certFile]);
  if (status !== 0) throw new Error(`openssl failed: ${stderr}`);
  return { certFile, keyFile };
}
