import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeCertificate } from '../../protocol-tests/support/certificate.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { readCertificateExpiry } from './certificate-expiry.ts';

it('reads when a certificate ends, in seconds', () => {
  const { certFile } = makeCertificate(temporaryFolder());
  const days = (Number(readCertificateExpiry(certFile)) - Date.now() / 1000) / 86_400;
  expect(days).toBeGreaterThan(0);
  expect(days).toBeLessThan(10_000);
});

it('knows nothing of a file that is missing or no certificate', () => {
  const file = join(temporaryFolder(), 'cert.pem');
  expect(readCertificateExpiry(file)).toBeUndefined();
  writeFileSync(file, 'nonsense');
  expect(readCertificateExpiry(file)).toBeUndefined();
});
