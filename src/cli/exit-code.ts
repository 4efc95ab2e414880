/** What the process ends with. */
export const exitCodes = {
  success: 0,
  /** Something went wrong: a taken port, a server that refuses, a signal that could not wait. */
  failure: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The configuration is wrong; starting again will not help. */
  configuration: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
