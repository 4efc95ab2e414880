import { describe, expect, it } from 'vitest';
import type { LineWriter, OpenFeed } from '../core/live-feed.ts';
import type { Envelope } from '../core/ports.ts';
import { settled } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine, type TestEngine } from '../testing/test-engine.ts';
import { Feed } from './feed.ts';

const app = testApp();
const settings = { readersPerApp: 2, linesPerSecond: 3, dataBytes: 100 };

/** A peer that reads when it is told to. */
class FakeWriter implements LineWriter {
  isBlocked = false;
  text = '';
  ending: 'end' | 'cut' | undefined;

  write(text: string): void {
    this.text += text;
  }

  end(): void {
    this.ending ??= 'end';
  }

  cut(): void {
    this.ending ??= 'cut';
  }

  get lines(): readonly Record<string, unknown>[] {
    return this.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }
}

function feedOf(engine: TestEngine): Feed {
  return new Feed({ engine, settings, node: 'test:1' });
}

function open(feed: Feed, wishes = {}): { readonly writer: FakeWriter; readonly leave: () => void } {
  const writer = new FakeWriter();
  const opened = feed.open(app, wishes);
  if (typeof opened !== 'function') throw new Error(opened.error);
  return { writer, leave: (opened as OpenFeed)(writer) };
}

describe('the feed', () => {
  it('writes so many lines a second, and the number of the others', async () => {
    const engine = createTestEngine();
    const feed = feedOf(engine);
    const { writer } = open(feed, { kinds: 'connected' });
    for (let index = 0; index < 5; index += 1) await engine.connect();
    expect(writer.lines).toHaveLength(3);
    feed.tick();
    expect(writer.lines.at(-1)).toMatchObject({ kind: 'left_out', count: 2 });
    await engine.connect();
    expect(writer.lines.at(-1)).toMatchObject({ kind: 'connected' });
  });

  it('keeps nothing for a reader who must catch up, and cuts it after 30 seconds', async () => {
    const engine = createTestEngine();
    const feed = feedOf(engine);
    const { writer } = open(feed);
    writer.isBlocked = true;
    for (let second = 0; second < 29; second += 1) {
      await engine.connect();
      feed.tick();
    }
    expect({ text: writer.text, ending: writer.ending }).toEqual({ text: '', ending: undefined });
    feed.tick();
    expect(writer.ending).toBe('cut');
  });

  it('counts what it left out while a reader caught up', async () => {
    const engine = createTestEngine();
    const feed = feedOf(engine);
    const { writer } = open(feed, { kinds: 'connected' });
    writer.isBlocked = true;
    await engine.connect();
    feed.tick();
    writer.isBlocked = false;
    feed.tick();
    expect(writer.lines).toMatchObject([{ kind: 'left_out', count: 1 }]);
  });

  it('writes an empty line when nothing happens for a while, so that nobody between gives up', () => {
    const feed = feedOf(createTestEngine());
    const { writer } = open(feed);
    for (let second = 0; second < 5; second += 1) feed.tick();
    expect(writer.text).toBe('\n');
  });

  it('ends its readers when it closes, and takes no more', () => {
    const feed = feedOf(createTestEngine());
    const { writer, leave } = open(feed);
    feed.close();
    leave();
    expect(writer.lines).toMatchObject([{ kind: 'ended' }]);
    expect(writer.ending).toBe('end');
    expect(feed.open(app, {})).toMatchObject({ status: 503 });
  });

  it('does not trip over what comes from nodes', () => {
    const engine = createTestEngine();
    const feed = feedOf(engine);
    for (const frame of ['', 'null', '{"type":"lines","from":"x","reader":"y","lines":[],"leftOut":1}', '{"type":"watch","from":"x"}']) {
      engine.hub.deliver({ topic: '#feed/notes', frame });
    }
    feed.tick();
    expect(engine.log.lines).toEqual([]);
  });

  it('tells a reader on another node, until that node falls silent', async () => {
    const [reading, telling] = linked();
    const [feed, other] = [feedOf(reading), feedOf(telling)];
    const { writer } = open(feed, { kinds: 'connected' });
    await settled();
    await telling.connect();
    await expect.poll(() => writer.lines).toMatchObject([{ kind: 'connected' }]);
    for (let second = 0; second < 15; second += 1) other.tick(); // hears nothing of the reader meanwhile
    await telling.connect();
    feed.tick();
    await telling.connect();
    expect(writer.lines).toHaveLength(1);
  });

  it('renews what it wants of other nodes, and takes it back when the reader leaves', async () => {
    const [reading, telling] = linked();
    const [feed, other] = [feedOf(reading), feedOf(telling)];
    const { writer, leave } = open(feed, { kinds: 'connected' });
    await settled();
    for (let second = 0; second < 20; second += 1) for (const each of [feed, other]) each.tick();
    await telling.connect();
    await expect.poll(() => writer.lines).toHaveLength(1);
    leave();
    await telling.connect();
    await expect.poll(() => telling.recorder.of('connected')).toHaveLength(2);
    expect(writer.lines).toHaveLength(1);
  });
});

/** Two nodes that hear each other's envelopes. */
function linked(): readonly [TestEngine, TestEngine] {
  const nodes: TestEngine[] = [];
  const relay = async (envelope: Envelope): Promise<void> => {
    for (const { hub } of nodes) hub.deliver(envelope);
  };
  const make = () =>
    createTestEngine({ replace: ({ broker }) => ({ broker: { publish: broker.publish.bind(broker), outageMilliseconds: () => 0, relay } }) });
  nodes.push(make(), make());
  return nodes as [TestEngine, TestEngine];
}
