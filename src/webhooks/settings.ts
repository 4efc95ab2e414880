/** How webhooks of all apps are delivered. Where they go is a matter of each app (`App.webhooks`). */
export interface WebhookSettings {
  /** Whether endpoints on loopback, private, link-local and metadata addresses are called. */
  readonly allowPrivateTargets: boolean;
  /** Whether `http:` endpoints are called. */
  readonly allowHttp: boolean;
  /** How long `channel_vacated` and `member_removed` wait for the client to come back; 0 sends at once. */
  readonly smoothingMilliseconds: number;
  /** Time for one attempt, from the connection to the end of the reply. */
  readonly timeoutMilliseconds: number;
  /** Age at which an event is given up and moved to the dead-letter list. */
  readonly retrySeconds: number;
  /** Consecutive failures after which an endpoint is left alone for a while. */
  readonly breakerFailures: number;
  /** How long an endpoint is left alone. */
  readonly breakerSeconds: number;
  /** Endpoints with `batch`: how long the first event of a batch waits for others. */
  readonly batchMilliseconds: number;
  /** Endpoints with `batch`: events at which a batch is sent at once. */
  readonly batchEvents: number;
  /** Endpoints with `batch`: size of the request body that is not exceeded by adding an event. */
  readonly batchBytes: number;
  /** Events waiting for one endpoint, each counted once per kilobyte of its JSON; more are given up, the oldest first. */
  readonly queueEvents: number;
  /** How much of an endpoint's reply is read. */
  readonly replyBytes: number;
  /** Entries of the dead-letter list; more push the oldest out. */
  readonly deadLetterEvents: number;
  /** Where the dead-letter list is kept over restarts; in memory when absent. */
  readonly deadLetterFile?: string;
}
