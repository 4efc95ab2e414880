// Loaded into servers under test with `--import`, as an operator loads an SDK: writes each span that ends as a line of JSON into the file SPANS_FILE.
import { appendFileSync } from 'node:fs';
import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';

const exporter = {
  export(spans, done) {
    for (const span of spans) {
      const { name, kind, status, attributes, links } = span;
      const { traceId, spanId, traceState } = span.spanContext();
      const line = {
        pid: process.pid,
        name,
        kind,
        status: status.code,
        attributes,
        traceId,
        spanId,
        parentSpanId: span.parentSpanContext?.spanId,
        state: traceState?.serialize(),
        links: links.map(({ context }) => context.spanId),
      };
      appendFileSync(process.env.SPANS_FILE, `${JSON.stringify(line)}\n`);
    }
    done({ code: 0 });
  },
  shutdown: async () => {},
};

new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
