import { type Family, measure } from './family.ts';
import type { Sources } from './sources.ts';

const introduction = `# Metrics

The table is generated from \`src/metrics/\` and has every metric that a server shows.

\`curl http://127.0.0.1:9601/metrics\` shows them. They have a port of their own, \`metrics.port\` (9601) on \`metrics.host\` (127.0.0.1), which the clients' port knows nothing of. There is no
password: before you set another host, see to it that only the collector reaches it. A port that is taken, as by a second server on the
same machine, stops nothing: the log warns once, and the port is tried again every 5 seconds. \`metrics.enabled: false\` switches all of it off.

- \`/metrics\` is in the text format of Prometheus; \`/metrics?json=1\` has the same as JSON.
- \`/usage\` tells the memory in the form that Soketi has: \`{"memory":{"free":…,"used":…,"total":…,"percent":…}}\`, in bytes.
- **Labels** are bounded: \`app\` is the id of a configured app, \`route\` the pattern of a path; all others have the values that the table names.
  No label ever holds the name of a channel, a user, a socket or an address.
- **Workers** have one port in their parent. Counters, histograms and gauges are added up, unless the table says otherwise; what an ended worker had counted
  stays counted. A worker that does not answer within 2 seconds is left out, and \`clarion_workers_answering\` says so.
- **Nodes** of a cluster each have a port, and each tells what it does itself: add them up with \`sum(…)\`.
- \`metrics.compat: soketi\` (\`SOKETI_METRICS_ENABLED=1\` sets it) shows \`soketi_connected\`, \`soketi_new_connections_total\`,
  \`soketi_new_disconnections_total\`, \`soketi_socket_received_bytes\`, \`soketi_socket_transmitted_bytes\`, \`soketi_ws_messages_received_total\`,
  \`soketi_ws_messages_sent_total\`, \`soketi_http_received_bytes\`, \`soketi_http_transmitted_bytes\` and \`soketi_http_calls_received_total\` with the labels
  \`app_id\` and \`port\` as well, and the metrics of the process with the prefix \`soketi_\`. What Soketi's nodes ask each other
  (\`soketi_horizontal_adapter_…\`) has no counterpart.
- The metrics of the process have the names that all dashboards for Node.js know: \`process_cpu_seconds_total\`, \`process_resident_memory_bytes\`,
  \`process_open_fds\`, \`nodejs_eventloop_lag_p99_seconds\`, \`nodejs_heap_size_used_bytes\`, \`nodejs_gc_duration_seconds\` and so on. The lag of the
  event loop is what came late: the interval at which it is measured (20 ms) is not part of it. Of workers it is the worst, and \`process_open_fds\`
  is that of the one with the most, because each has its own limit.

Counting adds nothing to what is done for each recipient of an event: it costs some additions for each event, and everything else happens when
metrics are collected, which takes a millisecond or two.
`;

/** Which metrics stand together, by the start of their names. */
const headings: readonly (readonly [title: string, names: RegExp])[] = [
  ['Connections', /^clarion_(connections|handshakes|subscriptions|channels)/],
  ['Events and traffic', /^clarion_(events|sent|received|delivery|backpressure|http)/],
  ['Broker and cluster', /^clarion_(broker|cluster|registry)/],
  ['Limits and refusals', /^clarion_(rate|auth|open|log)/],
  ['Tokens', /^clarion_tokens?_/],
  ['Webhooks', /^clarion_webhooks?_/],
  ['Process', /^clarion_(build|certificate|draining)/],
];

/** The reference page of all metrics, as Markdown. `sources` are those of a server on which nothing has happened. */
export function describeMetrics(families: readonly Family[], sources: Sources): string {
  return (
    introduction +
    headings
      .map(([title, names]) =>
        section(
          title,
          families.filter(({ name }) => names.test(name)),
          sources,
        ),
      )
      .join('') +
    workers
  );
}

function section(title: string, families: readonly Family[], sources: Sources): string {
  return `\n## ${title}\n\n| metric | type | labels | meaning |\n|---|---|---|---|\n${families.map((family) => row(family, sources)).join('\n')}\n`;
}

function row(family: Family, sources: Sources): string {
  const { name, type, help, labels = [] } = family;
  return `| \`${name}\` | ${type} | ${labels.map((label) => describeLabel(label, family, sources)).join('; ')} | ${help.replaceAll('|', '\\|')} |`;
}

/** With its values, where they are there from the start. */
function describeLabel(label: string, family: Family, sources: Sources): string {
  const values = new Set(measure(family, sources).values.map(({ labels }) => String(labels[label])));
  if (label === 'app' || label === 'version' || label === 'node' || values.size === 0) return `\`${label}\``;
  return `\`${label}\`: ${[...values].map((value) => `\`${value}\``).join(', ')}`;
}

const workers = `| \`clarion_workers_configured\` | gauge |  | Processes that shall serve; 1 without workers. |
| \`clarion_workers_answering\` | gauge |  | Processes that answered when these metrics were collected. |
`;
