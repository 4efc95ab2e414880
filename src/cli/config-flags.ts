import { type LoadedConfig, loadConfig } from '../config/load.ts';
import type { Flag } from '../config/sources.ts';
import { type FlagSpec, flagValue, type Input } from './command.ts';
import type { Terminal } from './terminal.ts';

/** Flags of every command that reads the configuration. */
export const configFlags = {
  config: { value: 'FILE', description: 'Configuration file (JSON). By default the one named by CLARION_CONFIG, if any.' },
  'env-file': { value: 'FILE', description: "File with variables, such as Laravel's .env. The environment wins over it." },
} as const satisfies Readonly<Record<string, FlagSpec>>;

/** Flags that set options, which win over everything else. */
export const optionFlags = {
  host: { value: 'HOST', description: 'Address to listen on.', sets: { path: 'server.host' } },
  port: { value: 'PORT', description: 'Port to listen on; 0 picks a free one.', sets: { path: 'server.port' } },
  path: { value: 'PATH', description: 'Path in front of /app and /apps.', sets: { path: 'server.path' } },
  preset: { value: 'NAME', description: 'Numbers of another server: pusher, reverb or soketi.', sets: { path: 'preset' } },
  workers: { value: 'N', description: 'Processes that share the port, or auto.', sets: { path: 'workers' } },
  'log-level': { value: 'LEVEL', description: 'trace, debug, info, warn, error, fatal or silent.', sets: { path: 'log.level' } },
  debug: { description: 'Log every connection, subscription, refusal and event.', sets: { path: 'log.level', text: 'debug' } },
  pretty: { description: 'Log lines for people, also when the output is no terminal.', sets: { path: 'log.pretty', text: 'true' } },
} as const satisfies Readonly<Record<string, FlagSpec>>;

/** Loads the configuration that a command line asks for. Throws ConfigError. */
export function loadFrom(input: Input, terminal: Terminal): LoadedConfig {
  const file = flagValue(input, 'config');
  const envFile = flagValue(input, 'env-file');
  const flags = Object.entries<FlagSpec>(optionFlags).flatMap(([name, { sets }]): Flag[] => {
    const value = flagValue(input, name);
    return value === undefined || sets === undefined ? [] : [{ flag: `--${name}`, path: sets.path, text: sets.text ?? value }];
  });
  return loadConfig({
    ...(file !== undefined && { file }),
    ...(envFile !== undefined && { envFile }),
    environment: terminal.environment,
    flags,
    onTerminal: terminal.isInteractive,
  });
}
