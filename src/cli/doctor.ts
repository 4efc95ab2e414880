import type { LoadedConfig } from '../config/load.ts';
import { systemOpenFiles } from '../uws/open-files.ts';
import { type Command, flagValue } from './command.ts';
import { configFlags, loadFrom, optionFlags } from './config-flags.ts';
import { checkBackendClock } from './doctor/clock.ts';
import type { Finding } from './doctor/finding.ts';
import { checkListenAddress } from './doctor/listen-address.ts';
import { checkOpenFiles } from './doctor/open-files.ts';
import { checkPublicHost } from './doctor/public-host.ts';
import { exitCodes } from './exit-code.ts';
import { print } from './terminal.ts';

/** `clarion doctor`: looks at everything around the server that could stop it from working, and says what to change. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'Check this machine: file descriptors, port, public name, clock, Redis; say what to change.',
  flags: {
    ...configFlags,
    ...optionFlags,
    backend: { value: 'URL', description: 'A page of the application that publishes, whose clock is compared.' },
  },
  details: 'Ends with 1 when something would keep the server from working; warnings alone end with 0.',
  async run(input, terminal) {
    const loaded = loadFrom(input, terminal);
    const findings = await examine(loaded, flagValue(input, 'backend'));
    for (const { grade, subject, text } of findings) print(terminal, `${grade.padEnd(7)}  ${subject}: ${text}`);
    return findings.some(({ grade }) => grade === 'fault') ? exitCodes.failure : exitCodes.success;
  },
};

async function examine({ config, warnings, variables }: LoadedConfig, backend: string | undefined): Promise<readonly Finding[]> {
  const { server, redis } = config;
  return [
    ...warnings.map((text): Finding => ({ grade: 'warning', subject: 'configuration', text })),
    checkOpenFiles(config, systemOpenFiles.limit()),
    await checkListenAddress(server),
    ...(await checkPublicHost(config, variables)),
    ...(backend === undefined ? [] : [await checkBackendClock(backend)]),
    // Loaded only when it is needed, as for a server.
    ...(redis === undefined ? [] : await (await import('./doctor/redis.ts')).checkRedis(redis)),
  ];
}
