import { ConfigError, type Fault } from '../config/fault.ts';
import { type LoadOptions, loadConfig } from '../config/load.ts';

/** The faults of a configuration that has some. Nothing is read from the environment of the test's process. */
export function configFaults(options: LoadOptions): readonly Fault[] {
  try {
    loadConfig({ environment: {}, ...options });
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  throw new Error('the configuration has no faults');
}
