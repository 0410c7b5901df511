import { TableClient } from '@azure/data-tables';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckRow } from '../../../shared/domain/check.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { startStorageAlone } from './local-services.ts';

let openLedger: () => Promise<Ledger>;
let ledger: Ledger;
let table: TableClient;

beforeAll(async () => {
  const settings = await startStorageAlone();
  openLedger = () => createWiring(settings).ledger();
  ledger = await openLedger();
  table = TableClient.fromConnectionString(settings.RATCHET_STORAGE!, 'RatchetChecks', {
    allowInsecureConnection: true,
  });
});

const dayMs = 86_400_000;
const at = (day: number): string => new Date(Date.UTC(2026, 0, 1) + day * dayMs).toISOString();

function check(model: string, day: number, more: Partial<CheckRow> = {}): CheckRow {
  const found = {
    value: 0.97,
    sample: 200,
    verdict: 'fine',
    sentence: 'accuracy 0.97 is not below 0.95.',
  } as const;
  const rule = {
    rule: 'low',
    kind: 'metric',
    source: 'metrics-api',
    metric: 'accuracy',
    minimumSample: 1,
  } as const;
  const limit = { side: 'below', value: 0.95 } as const;
  return { ...rule, limit, model, at: at(day), window: `day ${day}`, signalId: null, ...found, ...more };
}

const all = async (model: string, more = {}) =>
  (await ledger.checks.list({ model, limit: 1_000, ...more })).items;

describe('checks in the ledger', () => {
  it('are there whatever they found, newest first, between two moments', async () => {
    const found = [
      check('found', 1),
      check('found', 2, { verdict: 'too-few', sample: 3 }),
      check('found', 3, { verdict: 'missing', value: null }),
      check('found', 4, { verdict: 'failed', value: null, sentence: 'The workspace refused the query.' }),
    ];
    for (const each of found) await ledger.checks.record('found', [each], 400 * dayMs);
    expect(await all('found')).toEqual(found.toReversed());
    expect(await all('found', { since: at(2), until: at(4) })).toEqual([found[2], found[1]]);
    const first = await ledger.checks.list({ model: 'found', limit: 3 });
    const rest = await ledger.checks.list({ model: 'found', limit: 3, continuation: first.continuation! });
    expect([...first.items, ...rest.items]).toEqual(found.toReversed());
  });

  it('are one for each window, however often it is told, and the last is on the card', async () => {
    for (const value of [0.97, 0.96])
      await ledger.checks.record('again', [check('again', 1, { value })], dayMs);
    expect(await all('again')).toEqual([check('again', 1, { value: 0.96 })]);
    const late = check('again', 0);
    await ledger.checks.record('again', [late], 400 * dayMs);
    expect((await ledger.cards.get('again')).checks).toEqual([check('again', 1, { value: 0.96 })]);
  });

  it('say after a breach that the rule has recovered, once', async () => {
    const breach = check('back', 1, { verdict: 'breached', value: 0.5, signalId: 'metric:back:low:1' });
    await ledger.checks.record('back', [breach, check('back', 2), check('back', 3)], 400 * dayMs);
    await ledger.checks.record('back', [check('back', 4)], 400 * dayMs);
    const verdicts = (await all('back')).map(({ verdict }) => verdict);
    expect(verdicts).toEqual(['fine', 'fine', 'recovered', 'breached']);
  });

  it('are gone once they are older than they are kept, a transaction at a time, and none that is younger', async () => {
    const old = Array.from({ length: 250 }, (_, nth) => check('old', nth / 24, { window: String(nth) }));
    await ledger.checks.record('old', old, 400 * dayMs);
    // Another day, and another process: each prunes a model once a day.
    await (await openLedger()).checks.record('old', [check('old', 10)], 9 * dayMs);
    const left = await all('old');
    expect(left.every((each) => each.at >= at(1))).toBe(true);
    expect(left).toHaveLength(old.filter((each) => each.at >= at(1)).length + 1);
  });

  it('are small, and their number in one report is no matter', async () => {
    const many = Array.from({ length: 230 }, (_, nth) => check('many', 1, { rule: `rule-${nth}` }));
    await ledger.checks.record('many', many, 400 * dayMs);
    expect(await all('many')).toHaveLength(230);
    let largest = 0;
    for await (const row of table.listEntities({ queryOptions: { filter: "PartitionKey eq 'many'" } }))
      largest = Math.max(largest, JSON.stringify(row).length);
    expect(largest).toBeLessThan(1_000);
    expect((await ledger.cards.get('many')).checks).toHaveLength(50);
  });
});
