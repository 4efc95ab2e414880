import { expect, it } from 'vitest';
import { gatherVariables } from './variables.ts';

it('prefers the environment to the file', () => {
  const variables = gatherVariables(
    { A: 'real' },
    new Map([
      ['A', 'file'],
      ['B', 'file'],
    ]),
    '.env',
  );
  expect(variables.get('A')).toEqual({ text: 'real', source: 'environment A' });
  expect(variables.get('B')).toEqual({ text: 'file', source: 'B in .env' });
});

it('takes an empty variable for none', () => {
  const variables = gatherVariables(
    { A: '', C: undefined },
    new Map([
      ['A', 'file'],
      ['B', ''],
    ]),
    '.env',
  );
  expect([...variables.keys()]).toEqual(['A']);
});

it.each([
  ['CLARION_SERVER_PORT', 'tcp://10.0.0.1:6001'],
  ['SOKETI_PORT', 'tcp://10.0.0.1:6001'],
  ['CLARION_SERVICE_HOST', '10.0.0.1'],
  ['CLARION_SERVICE_PORT_HTTP', '6001'],
  ['CLARION_PORT_6001_TCP_ADDR', '10.0.0.1'],
])('leaves out %s as Kubernetes sets it for a service of that name', (name, text) => {
  expect(gatherVariables({ [name]: text }, new Map(), '').size).toBe(0);
});
