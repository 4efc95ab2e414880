/** One thing that is wrong with a configuration. */
export interface Fault {
  /** The option as it is written in the file, such as `apps[0].key`; empty when no option is meant. */
  readonly option: string;
  readonly message: string;
  /** Where the value came from, when that is known: a file, a variable, a flag. */
  readonly source?: string;
}

/** A configuration that cannot be served, with everything that is wrong with it. Its message never holds a value that could be secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(['The configuration has faults:', ...faults.map((fault) => `  - ${describeFault(fault)}`)].join('\n'));
    this.faults = faults;
  }
}

function describeFault({ option, message, source }: Fault): string {
  return `${option === '' ? '' : `${option}: `}${message}${source === undefined ? '' : ` (${source})`}`;
}
