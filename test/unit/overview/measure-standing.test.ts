import { expect, it } from 'vitest';
import type { InboxItem } from '../../../shared/domain/inbox.ts';
import { type ModelCard, newModelCard } from '../../../shared/domain/model-card.ts';
import {
  measureBudget,
  measureCards,
  measureEndpoint,
  measureInbox,
} from '../../../shared/overview/measure-standing.ts';
import { newTargetState } from '../../../shared/release/transitions/state.ts';

const at = '2026-03-10T12:00:00.000Z';

it('the inbox is counted by what waits, with the age of the oldest, and zeros where nothing does', () => {
  const items = [
    { what: 'approval', since: '2026-03-10T10:00:00.000Z' },
    { what: 'approval', since: '2026-03-10T11:00:00.000Z' },
    { what: 'question', since: '2026-03-10T11:59:00.000Z', why: 'drifted' },
    { what: 'run', since: null },
  ] as unknown as readonly InboxItem[];
  const measures = measureInbox(items, at);
  const of = (metric: string, what: string) =>
    measures.find((each) => each.metric === metric && each.attributes['ratchet.what'] === what)?.value;
  expect(of('ratchet.inbox.items', 'approval')).toBe(2);
  expect(of('ratchet.inbox.oldest.age', 'approval')).toBe(7_200);
  expect(of('ratchet.inbox.oldest.age', 'run')).toBe(0);
  expect(of('ratchet.inbox.items', 'suggestion')).toBe(0);
  expect(measures.at(-1)).toEqual({
    metric: 'ratchet.releases.asking',
    value: 1,
    attributes: { 'ratchet.why': 'drifted' },
  });
});

it('runs under way have an age, releases that are open a state, and signals that wait are counted', () => {
  const run = { runId: 'r', startedAt: '2026-03-10T11:00:00.000Z', endedAt: null };
  const releases = [
    { state: 'canary', endedAt: null },
    { state: 'settled', endedAt: at },
  ];
  const cards = new Map([
    ['a', { ...newModelCard, run, releases, waiting: [{}, {}] }],
    ['b', { ...newModelCard, run: { ...run, endedAt: at } }],
  ]) as unknown as ReadonlyMap<string, ModelCard>;
  expect(measureCards(cards, at)).toEqual([
    { metric: 'ratchet.run.age', value: 3_600, attributes: { 'ratchet.model': 'a' } },
    { metric: 'ratchet.releases.open', value: 1, attributes: { 'ratchet.state': 'canary' } },
    { metric: 'ratchet.signals.waiting', value: 2, attributes: {} },
  ]);
});

it('a budget has left what its window does not hold', () => {
  const spent = [
    { runId: 'old', at: '2026-03-01T00:00:00.000Z', computeHours: 50, settled: true },
    { runId: 'new', at: '2026-03-10T00:00:00.000Z', computeHours: 3, settled: false },
  ];
  const left = (computeHours: number) =>
    measureBudget(spent, { window: 'P7D', computeHours }, at, { 'ratchet.budget': 'fleet' }).value;
  expect(left(12)).toBe(0.75);
  expect(left(2)).toBe(0);
});

it('an endpoint has drifted where others have changed it, between releases or under one', () => {
  const drift = { sentence: 'It serves another.', since: at };
  const release = { asks: { why: 'drifted', sentence: '', since: at } } as NonNullable<
    typeof newTargetState.release
  >;
  const of = (state: Parameters<typeof measureEndpoint>[1]) => measureEndpoint('fraud', state).value;
  expect([of(newTargetState), of({ ...newTargetState, drift }), of({ ...newTargetState, release })]).toEqual([
    0, 1, 1,
  ]);
});
