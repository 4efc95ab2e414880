/** What one check has found. */
export interface Finding {
  /** `fault`: the server will not work. `warning`: it will not work as well as it could. */
  readonly grade: 'ok' | 'warning' | 'fault';
  readonly subject: string;
  /** What is so, and what to change. */
  readonly text: string;
}
