import { z } from 'zod';

const node = z.string().regex(/^[^\s:/]+:\d{1,5}$|^\[[0-9A-Fa-f:]+\]:\d{1,5}$/, 'must be HOST:PORT');

/** `redis`: where the nodes of a cluster meet. */
export const redisSchema = z
  .strictObject({
    url: z
      .url({ protocol: /^rediss?$/, error: 'must be a redis: or rediss: URL' })
      .exactOptional()
      .meta({ description: 'One server: `redis://[USER:PASSWORD@]HOST[:PORT][/DB]`, or `rediss://` with TLS.', writeOnly: true }),
    sentinel: z
      .strictObject({
        name: z.string().min(1).default('mymaster').describe('Name of the group of servers that the Sentinels watch.'),
        nodes: z.array(node).min(1).describe('Sentinels, each `HOST:PORT`.'),
        username: z.string().min(1).exactOptional().describe('ACL user of the Sentinels themselves.'),
        password: z.string().min(1).exactOptional().meta({ description: 'Password of the Sentinels themselves.', writeOnly: true }),
      })
      .exactOptional(),
    cluster: z.strictObject({ nodes: z.array(node).min(1).describe('Some nodes of a Redis Cluster, each `HOST:PORT`.') }).exactOptional(),
    username: z.string().min(1).exactOptional().describe('ACL user.'),
    password: z.string().min(1).exactOptional().meta({ description: 'Password.', writeOnly: true }),
    tls: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether TLS is spoken to Redis and its Sentinels. A `rediss:` URL says so by itself.'),
        caFile: z.string().min(1).exactOptional().describe('Who vouches for the servers, a PEM file. By default those whom Node.js trusts.'),
        certFile: z.string().min(1).exactOptional().describe('Certificate of this client, a PEM file, where Redis asks for one.'),
        keyFile: z.string().min(1).exactOptional().describe('Its private key, a PEM file.'),
      })
      .refine(({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined), 'must have both certFile and keyFile, or neither')
      .exactOptional(),
    db: z.int().min(0).max(65_535).default(0).describe('Number of the database.'),
    keyPrefix: z.string().max(200).default('clarion').describe('First part of every key and topic, so that several clusters can share one Redis.'),
    partitions: z
      .int()
      .min(1)
      .max(1024)
      .exactOptional()
      .describe('Parts into which channels are divided. By default 1, on a Redis Cluster 64. All nodes must agree.'),
  })
  .refine(
    ({ url, sentinel, cluster }) => [url, sentinel, cluster].filter((address) => address !== undefined).length <= 1,
    'must have only one of url, sentinel and cluster',
  );
