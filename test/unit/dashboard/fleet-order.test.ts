import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  columns,
  countStates,
  directions,
  filterModels,
  sortModels,
  urgency,
} from '../../../dashboard/pages/fleet/order.ts';
import { type ModelOverview, overviewStates } from '../../../shared/domain/overview.ts';

function modelOf(name: string, more: Partial<ModelOverview> = {}): ModelOverview {
  return {
    ...{ model: name, description: null, state: { code: 'idle', sentence: 'Nothing waits.' } },
    ...{ mode: { mode: 'auto', setBy: null }, champion: null, health: { verdict: 'unknown', checks: [] } },
    ...{ lastDecision: null, waits: [], waitsLeftOut: 0, run: null, release: null, budget: null },
    ...{ nextSchedule: null, freezes: [], problems: [] },
    ...more,
  };
}

const championOf = (since: string | null) => ({ version: '1', runId: null, since });

describe('the order of the fleet', () => {
  it('knows every state the service tells', () => {
    expect([...urgency].sort()).toEqual([...overviewStates].sort());
  });

  it('begins with what is most urgent', () => {
    const models = overviewStates.map((code) => modelOf(code, { state: { code, sentence: '' } }));
    expect(
      sortModels(models, 'state', 'up')
        .map(({ model }) => model)
        .slice(0, 3),
    ).toEqual(['broken', 'asks', 'unhealthy']);
  });

  it('ends with what has no value, whichever way', () => {
    const models = [
      modelOf('none'),
      modelOf('old', { champion: championOf('2026-01-01T00:00:00Z') }),
      modelOf('new', { champion: championOf('2026-03-01T00:00:00Z') }),
    ];
    expect(sortModels(models, 'champion', 'up').map(({ model }) => model)).toEqual(['old', 'new', 'none']);
    expect(sortModels(models, 'champion', 'down').map(({ model }) => model)).toEqual(['new', 'old', 'none']);
  });

  it('loses none, doubles none, and keeps the order of equals', () => {
    const time = fc.option(fc.constantFrom('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'));
    const anyModel = fc
      .tuple(
        fc.constantFrom(...overviewStates),
        time,
        fc.constantFrom('fine', 'breached', 'failed', 'unknown' as const),
      )
      .map(([code, since, verdict]) => ({
        ...{ state: { code, sentence: '' }, champion: championOf(since), health: { verdict, checks: [] } },
      }));
    fc.assert(
      fc.property(
        fc.array(anyModel),
        fc.constantFrom(...columns),
        fc.constantFrom(...directions),
        (parts, column, way) => {
          const models = parts.map((part, at) =>
            modelOf(`m${String(at).padStart(3, '0')}`, part as Partial<ModelOverview>),
          );
          const sorted = sortModels(models, column, way);
          expect(sorted.map(({ model }) => model).sort()).toEqual(models.map(({ model }) => model));
          expect(sortModels(sorted, column, way)).toEqual(sorted);
        },
      ),
    );
  });
});

describe('the search in the fleet', () => {
  const models = [
    modelOf('spam-filter', {
      description: 'Marks mail',
      state: { code: 'frozen', sentence: 'Frozen: audit' },
    }),
    modelOf('churn', { state: { code: 'asks', sentence: 'A release waits' } }),
  ];

  it.each([
    ['', '', ['spam-filter', 'churn']],
    ['MAIL frozen', '', ['spam-filter']],
    ['release', '', ['churn']],
    ['', 'asks', ['churn']],
    ['mail', 'asks', []],
    ['', 'no-such-state', []],
    ['.*', '', []],
  ])('for %j in state %j finds %j', (text, state, names) => {
    expect(filterModels(models, { text, state }).map(({ model }) => model)).toEqual(names);
  });

  it('counts what is in each state', () => {
    expect(countStates(models)).toEqual([
      ['asks', 1],
      ['frozen', 1],
    ]);
  });
});
