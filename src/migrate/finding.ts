/** What became of one option of another server. */
export type Outcome = 'taken over' | 'needless' | 'without counterpart' | 'not known';

/** One line of the report. Never holds a value: it may be a secret. */
export interface Finding {
  /** As it is written in the source: a variable, or a path such as `appManager.array.apps[0].key`. */
  readonly name: string;
  readonly outcome: Outcome;
  /** The options of ours that it sets. */
  readonly options: readonly string[];
  /** Why, or what to do instead; empty when there is nothing to say. */
  readonly remark: string;
}
