/** A variable of the environment that is not empty. */
export interface Variable {
  readonly text: string;
  /** Where it was found, for people. */
  readonly source: string;
}

export type Variables = ReadonlyMap<string, Variable>;

/** As `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of the environment, and those of a file that the environment does not have. An empty one is as good as none. */
export function gatherVariables(environment: Environment, file: ReadonlyMap<string, string>, fileName: string): Variables {
  const variables = new Map<string, Variable>();
  for (const [name, text] of file) {
    if (text !== '') variables.set(name, { text, source: `${name} in ${fileName}` });
  }
  for (const [name, text] of Object.entries(environment)) {
    if (text !== undefined && text !== '' && !isServiceLink(name, text)) variables.set(name, { text, source: `environment ${name}` });
  }
  return variables;
}

/**
 * Kubernetes describes every service by variables that look like ours: a service called `clarion-server` gives all its neighbours a
 * `CLARION_SERVER_PORT` of `tcp://10.0.0.1:6001`.
 */
function isServiceLink(name: string, text: string): boolean {
  return /_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$/.test(name) || (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(text));
}
