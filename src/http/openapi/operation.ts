/** A JSON Schema, 2020-12. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Schema;
  readonly example?: string;
}

/** What an answer other than 200 means here. All have the same body. */
export type Refusals = Readonly<Record<string, string>>;

/** One verb of one path: the source of the OpenAPI document. */
export interface Operation {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly id: string;
  readonly group: 'Events' | 'Channels' | 'Users' | 'Feed' | 'Authorisation' | 'Health';
  readonly summary: string;
  readonly description?: string;
  /** By the app's secret, by a token of a user, or not at all. */
  readonly access: 'signed' | 'token' | 'open';
  readonly parameters: readonly Parameter[];
  /** The schema of the body, and bodies as they are sent, by name. */
  readonly body?: { readonly schema: Schema; readonly isRequired: boolean; readonly examples: Readonly<Record<string, unknown>> };
  readonly answer: { readonly description: string; readonly mediaType?: string; readonly schema: Schema; readonly example: unknown };
  readonly refusals: Refusals;
}
