import { describe, expect, it } from 'vitest';
import { againstFloor, type Scenario } from '../scenarios/scenario.ts';
import { isDecided, judge } from './result.ts';

const work = { prepare: async () => {}, measure: async () => ({}) };
const scenario: Scenario = {
  name: 'example',
  unit: 'frame',
  isQuick: true,
  ...againstFloor(work),
  goals: [
    { metric: 'cpuMicroseconds', kind: 'ratio', atMost: 1.1 },
    { metric: 'residentBytes', kind: 'value', atMost: 100 },
    { metric: 'serverShare', kind: 'difference', atMost: 0.5 },
  ],
};

const side = (label: string, values: readonly number[]) => ({
  label,
  target: label,
  repetitions: values.map((value) => ({ cpuMicroseconds: value, residentBytes: value, serverShare: value })),
});

describe('judge', () => {
  it('compares neighbours in time, so that what slows both sides down cancels out', () => {
    const { goals } = judge(scenario, side('subject', [1, 20, 300]), side('floor', [1, 20, 300]));
    expect(goals[0]).toMatchObject({ value: 1, isMet: true });
  });

  it('takes the median repetition, not the best one', () => {
    const { goals } = judge(scenario, side('subject', [1, 3, 3]), side('floor', [2, 2, 2]));
    expect(goals[0]).toMatchObject({ value: 1.5, isMet: false });
  });

  it('holds a value against its limit', () => {
    const { goals } = judge(scenario, side('subject', [99, 100, 200]), side('floor', [1, 1, 1]));
    expect(goals[1]).toMatchObject({ value: 100, isMet: true });
  });

  it('takes what a side has above its neighbour, where the goal is a difference', () => {
    const { goals } = judge(scenario, side('subject', [1.5, 3, 4.5]), side('floor', [1.25, 1, 4]));
    expect(goals[2]).toMatchObject({ value: 0.5, isMet: true });
  });

  it('leaves a goal out when its metric could not be measured', () => {
    const { goals } = judge(scenario, { label: 'subject', target: 'remote', repetitions: [{}] }, side('floor', [1]));
    expect(goals).toEqual([]);
  });
});

describe('isDecided', () => {
  const [ratio] = scenario.goals;
  const against = (values: readonly number[]) =>
    isDecided(
      ratio === undefined ? [] : [ratio],
      side('subject', values),
      side(
        'floor',
        values.map(() => 1),
      ),
    );

  it.each([
    ['all below the goal', [1, 1.05, 1.09, 1.02], true],
    ['all above', [1.2, 1.11, 1.3, 1.4], true],
    ['one of eight on the other side', [1, 1, 1, 1, 1, 1, 1, 1.5], true],
    ['half on either side', [1, 1, 1.2, 1.2], false],
    ['a quarter on the other side, of few', [1, 1, 1, 1.2], false],
    ['a single one', [1], true],
  ])('%s', (_, values, expected) => {
    expect(against(values)).toBe(expected);
  });

  it('needs every goal to be decided, and knows nothing of those without values', () => {
    expect(isDecided(scenario.goals, side('subject', [1, 1, 120, 120]), side('floor', [1, 1, 1, 1]))).toBe(false);
    expect(isDecided(scenario.goals, { repetitions: [] }, undefined)).toBe(true);
  });
});
