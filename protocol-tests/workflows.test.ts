import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const folder = '.github/workflows/';
const files = readdirSync(folder);

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly uses?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

describe.each(files)('.github/workflows/%s', (file) => {
  const text = readFileSync(folder + file, 'utf8');
  const workflow: Workflow = parse(text);
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps ?? []);

  it('runs only actions that are pinned by their commit, with their version beside it', () => {
    for (const [, action = ''] of text.matchAll(/uses: (.*)/g))
      expect(action).toMatch(/^([\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\.\/[\w./-]+)$/);
  });

  it('may read the code; a job that needs more says so', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    const granted = new Set(jobs.flatMap(({ permissions = {} }) => Object.entries(permissions).map(([name, right]) => `${name}: ${right}`)));
    const allowed = ['contents: read', 'contents: write', 'id-token: write', 'attestations: write', 'packages: write'];
    expect([...granted].filter((right) => !allowed.includes(right))).toEqual([]);
    if (file === 'checks.yml') expect(granted).toEqual(new Set());
  });

  it('leaves no token in the working copy, and runs nothing that a stranger wrote with rights', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@') === true);
    for (const step of checkouts) expect(step.with).toMatchObject({ 'persist-credentials': false });
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
    for (const { run = '' } of steps) expect(run).not.toContain('${{');
  });

  it('ends every job in time', () => {
    for (const job of jobs) if (job.uses === undefined) expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
  });
});

it('checks every supported line of Node.js and of Redis, and Valkey', () => {
  const { jobs } = parse(readFileSync(`${folder}checks.yml`, 'utf8'));
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(jobs.test.strategy.matrix.node).toEqual([...engines.node.matchAll(/\^(\d+)/g)].map(([, line]) => line));
  const images = jobs.redis.strategy.matrix.include.map(({ image }: { readonly image: string }) => image.split('.')[0]);
  expect(images).toEqual(['redis:6', 'redis:7', 'redis:8', 'valkey/valkey:8']);
});

it('names tests of clusters that exist', () => {
  const { jobs } = parse(readFileSync(`${folder}checks.yml`, 'utf8'));
  const tests = readdirSync('protocol-tests');
  const names = jobs.redis.steps.flatMap(({ env }: { readonly env?: { readonly TESTS?: string } }) => env?.TESTS?.split(' ') ?? []);
  expect(names).not.toEqual([]);
  for (const name of names) expect(tests.some((test) => test.startsWith(name))).toBe(true);
});
