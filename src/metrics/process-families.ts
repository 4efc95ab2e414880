import type { Family } from './family.ts';

export const processFamilies: readonly Family[] = [
  {
    name: 'clarion_build_info',
    help: 'Always 1; the labels say what runs.',
    type: 'gauge',
    labels: ['version', 'node'],
    aggregator: 'first',
    read: ({ version }) => [[1, version, process.version]],
  },
  {
    name: 'clarion_certificate_expiry_timestamp_seconds',
    help: 'When the certificate that is served ends, in seconds since 1970; a new file counts once it is taken over. Absent without one.',
    type: 'gauge',
    aggregator: 'min',
    *read({ certificateExpiry }) {
      const expiry = certificateExpiry();
      if (expiry !== undefined) yield [expiry];
    },
  },
  {
    name: 'clarion_draining',
    help: '1 while the server sends its connections away because it stops.',
    type: 'gauge',
    aggregator: 'max',
    read: ({ isDraining }) => [[isDraining() ? 1 : 0]],
  },
];
