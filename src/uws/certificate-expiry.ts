import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** When the first certificate of a PEM file ends, in seconds since the epoch; undefined when the file cannot be read. */
export function readCertificateExpiry(certFile: string): number | undefined {
  try {
    return Date.parse(new X509Certificate(readFileSync(certFile)).validTo) / 1000;
  } catch {
    return undefined;
  }
}
