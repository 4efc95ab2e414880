import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { temporaryFile } from '../../src/testing/temporary-folder.ts';
import { within } from './cluster.ts';

/** A span as a server's SDK has exported it. */
export interface ExportedSpan {
  /** The process. */
  readonly pid: number;
  readonly name: string;
  readonly kind: number;
  /** 2 is an error. */
  readonly status: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly state?: string;
  /** Ids of spans that it refers to. */
  readonly links: readonly string[];
}

/** What the SDKs of servers export. Ends with the test. */
export class Spans {
  /** Makes a server load an SDK. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #file: string;

  constructor() {
    this.#file = temporaryFile('spans.jsonl', '');
    const sdk = pathToFileURL(resolve('protocol-tests/support/collect-spans.mjs'));
    this.environment = { NODE_OPTIONS: `--import=${sdk}`, SPANS_FILE: this.#file };
  }

  all(): readonly ExportedSpan[] {
    return readFileSync(this.#file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  /** Resolves with the spans of this name in a trace, once there are so many. */
  async of(traceId: string, name: string, count = 1): Promise<readonly ExportedSpan[]> {
    const find = () => this.all().filter((span) => span.traceId === traceId && span.name === name);
    await expect.poll(find, within(8)).toHaveLength(count);
    return find();
  }
}
