import type { Family } from './family.ts';

export const clusterFamilies: readonly Family[] = [
  {
    name: 'clarion_broker_up',
    help: '1 while events reach the other nodes, 0 during an outage. Of workers the worst counts.',
    type: 'gauge',
    aggregator: 'min',
    read: ({ broker }) => [[broker.outageMilliseconds() === 0 ? 1 : 0]],
  },
  {
    name: 'clarion_broker_outage_seconds',
    help: 'For how long events cannot have reached the other nodes; 0 while they do. Of workers the longest.',
    type: 'gauge',
    aggregator: 'max',
    read: ({ broker }) => [[broker.outageMilliseconds() / 1000]],
  },
  {
    name: 'clarion_broker_lag_seconds',
    help: 'Time from the publishing of a batch of events until it came back to this node from the broker, as it came to the others.',
    type: 'histogram',
    read: ({ cluster }) => cluster.lagSeconds,
  },
  {
    name: 'clarion_broker_batch_messages',
    help: 'Messages in the batches that this node gave to the broker.',
    type: 'histogram',
    read: ({ cluster }) => cluster.batchMessages,
  },
  counter('clarion_broker_failures_total', 'Batches of which the broker did not say that it accepted them.', 'unconfirmed'),
  counter('clarion_cluster_messages_lost_total', 'Messages of the cluster that did not arrive at this node.', 'lost'),
  counter('clarion_cluster_gaps_total', 'Times that messages of the cluster were missing at this node.', 'gaps'),
  counter('clarion_cluster_messages_malformed_total', 'Messages on the topics of the cluster that no node of it can have written.', 'malformed'),
  counter('clarion_cluster_messages_duplicate_total', 'Batches that came again and were dropped.', 'duplicates'),
  counter('clarion_cluster_reentries_total', 'Times that this node had to tell Redis everything it holds again.', 'reentries'),
  counter('clarion_cluster_sweeps_total', 'Nodes that ended without a word and that this node helped to clear away.', 'sweeps'),
  {
    name: 'clarion_registry_operations_total',
    help: 'What this node asked of the registry in Redis, and whether it was answered.',
    type: 'counter',
    labels: ['operation', 'result'],
    *read({ cluster }) {
      for (const [operation, { ok, failed }] of cluster.operations) {
        if (operation === 'publish') continue; // the broker's
        yield [ok, operation, 'ok'];
        yield [failed, operation, 'error'];
      }
    },
  },
];

type Countable = 'lost' | 'gaps' | 'malformed' | 'duplicates' | 'reentries' | 'sweeps' | 'unconfirmed';

function counter(name: string, help: string, part: Countable): Family {
  return { name, help, type: 'counter', read: ({ cluster }) => [[cluster[part]]] };
}
