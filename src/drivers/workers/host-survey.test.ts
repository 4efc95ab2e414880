import { describe, expect, it } from 'vitest';
import { openWorkerHost, settleLink } from '../../testing/worker-host.ts';

describe('a survey', () => {
  it('has the answers of all workers, by their ids', async () => {
    const parent = await openWorkerHost();
    const links = [await parent.connect('0.1'), await parent.connect('1.1')];
    for (const [index, link] of links.entries()) link.on('report', (number) => link.notify('report', number, { index }));
    await Promise.all(links.map(settleLink));
    expect(await parent.host.survey.ask()).toEqual(
      new Map([
        ['0.1', { index: 0 }],
        ['1.1', { index: 1 }],
      ]),
    );
    await parent.close();
  });

  it('does not wait for a worker that ends meanwhile, and has nothing of it', async () => {
    const parent = await openWorkerHost();
    const [staying, leaving] = [await parent.connect('0.1'), await parent.connect('1.1')];
    staying.on('report', (number) => staying.notify('report', number, 'here'));
    leaving.on('report', () => leaving.close());
    await Promise.all([staying, leaving].map(settleLink));
    expect(await parent.host.survey.ask()).toEqual(new Map([['0.1', 'here']]));
    await parent.close();
  });

  it('says of one that does not answer that it did not', async () => {
    const parent = await openWorkerHost();
    await settleLink(await parent.connect('0.1'));
    expect(await parent.host.survey.ask()).toEqual(new Map([['0.1', undefined]]));
    await parent.close();
  }, 15_000);
});
