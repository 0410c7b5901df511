import { TableClient } from '@azure/data-tables';
import { beforeAll, describe, expect, it } from 'vitest';
import { heldAtMost } from '../../../shared/ledger/change-watch.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { decision, run } from '../../fixtures/ledger.ts';
import { startStorageAlone } from './local-services.ts';

let openLedger: () => Promise<Ledger>;
let ledger: Ledger;
let cards: TableClient;

beforeAll(async () => {
  const settings = await startStorageAlone();
  cards = TableClient.fromConnectionString(settings['RATCHET_STORAGE']!, 'RatchetCards', {
    allowInsecureConnection: true,
  });
  openLedger = () => createWiring(settings).ledger();
  ledger = await openLedger();
});

const forMs = 20_000;
const decide = (model: string, id: string, more = {}) => ledger.recordDecision(decision({ id, model }, more));

describe('waiting for changes', () => {
  it('is answered by what is written meanwhile, whichever process writes it', async () => {
    const other = await openLedger();
    const after = await other.changes.token();
    const waiting = other.changes.wait({ after, forMs });
    await decide('woken', 'metric:woken:1');
    const { changes, token } = await waiting;
    expect(changes).toContainEqual({ kind: 'decision', model: 'woken', id: 'metric:woken:1' });
    expect(await other.changes.wait({ after: token, forMs: 0 })).toMatchObject({ changes: [], token });
  });

  it('is answered by what was written before it began, and by a process that has just started', async () => {
    const after = await ledger.changes.token('restarted');
    await ledger.recordRun(run({ model: 'restarted', runId: 'restarted-20020902-1f2e3d4c' }));
    const { changes } = await (await openLedger()).changes.wait({ after, model: 'restarted', forMs });
    expect(changes).toEqual([{ kind: 'run', model: 'restarted', id: 'restarted-20020902-1f2e3d4c' }]);
  });

  it('tells everybody who waits, each what they do not know yet', async () => {
    const first = await ledger.changes.token('many');
    await decide('many', 'metric:many:0');
    const second = await ledger.changes.token('many');
    const waiting = [first, second].flatMap((after) =>
      Array.from({ length: 20 }, () => ledger.changes.wait({ after, model: 'many', forMs })),
    );
    await Promise.all(Array.from({ length: 5 }, (_, at) => decide('many', `metric:many:${at + 1}`)));
    const last = await ledger.changes.token('many');
    for (let told of await Promise.all(waiting)) {
      const ids = new Set(told.changes.map(({ id }) => id));
      while (told.token !== last) {
        told = await ledger.changes.wait({ after: told.token, model: 'many', forMs });
        for (const { id } of told.changes) ids.add(id);
      }
      for (let at = 1; at <= 5; at++) expect(ids).toContain(`metric:many:${at}`);
    }
  });

  it('loses nothing of what many processes write to one model at once', async () => {
    const after = await ledger.changes.token('rush');
    const ledgers = await Promise.all(Array.from({ length: 4 }, openLedger));
    await Promise.all(
      Array.from({ length: 16 }, (_, at) =>
        ledgers[at % 4]!.recordDecision(decision({ id: `metric:rush:${at}`, model: 'rush' })),
      ),
    );
    const { changes } = await ledger.changes.wait({ after, model: 'rush', forMs });
    const ids = changes.map(({ id }) => id);
    expect(ids.toSorted()).toEqual(Array.from({ length: 16 }, (_, at) => `metric:rush:${at}`).sort());
  });

  it('holds a bounded number, and answers the rest at once', async () => {
    const watch = (await openLedger()).changes;
    const after = await watch.token('nobody');
    const held = Array.from({ length: heldAtMost }, () =>
      watch.wait({ after, model: 'nobody', forMs: 4_000 }),
    );
    await watch.token();
    const beyond = await watch.wait({ after, model: 'nobody', forMs: 60_000 });
    expect(beyond).toMatchObject({ changes: [], isBusy: true, token: after });
    for (const each of await Promise.all(held))
      expect(each).toEqual({ changes: [], everything: false, token: after });
  });
});

describe('the card of a model', () => {
  it('has what was written last, and takes nothing back for what comes late or twice', async () => {
    const at = (minute: number) => new Date(Date.UTC(2002, 8, 2, 0, minute)).toISOString();
    const runId = 'carded-20020902-1f2e3d4c';
    const begun = run({ model: 'carded', runId, startedAt: at(1) });
    const ended = { ...begun, phase: 'settled', outcome: 'released', endedAt: at(9) } as const;
    await decide('carded', 'metric:carded:1', { decidedAt: at(2), outcome: 'deferred', reason: 'cooldown' });
    await decide('carded', 'metric:carded:2', { decidedAt: at(3), sentence: 'the second' });
    await ledger.recordRun(ended);
    await ledger.recordRun(begun);
    await decide('carded', 'metric:carded:1', { decidedAt: at(2), outcome: 'deferred', reason: 'cooldown' });
    const card = (await (await openLedger()).cards.list('carded', 'carded')).cards.get('carded');
    expect(card).toMatchObject({
      lastDecision: { signalId: 'metric:carded:2', sentence: 'the second' },
      waiting: [{ signalId: 'metric:carded:1', reason: 'cooldown' }],
      run: { runId, outcome: 'released', endedAt: at(9) },
    });
    await decide('carded', 'metric:carded:1', { decidedAt: at(10) });
    expect((await ledger.cards.get('carded')).waiting).toEqual([]);
  });
});

describe('a ledger from before there were cards', () => {
  it('gets them in pieces, a piece with each question, whichever process is asked', async () => {
    const names = Array.from({ length: 20 }, (_, at) => `old-${String(at).padStart(2, '0')}`);
    await Promise.all(names.map((name) => decide(name, `metric:${name}:1`, { sentence: `of ${name}` })));
    for await (const { partitionKey, rowKey } of cards.listEntities())
      if (rowKey !== '!head') await cards.deleteEntity(partitionKey!, rowKey!);

    const [one, other] = await Promise.all([openLedger(), openLedger()]);
    const ends: (string | null)[] = [];
    for (let at = 0; ends.at(-1) !== null; at++) {
      const { cards: found, madeUntil } = await [one, other][at % 2]!.cards.list('old-00', 'old-19');
      const made = names.filter((name) => madeUntil === null || name <= madeUntil);
      expect(made.filter((name) => !found.has(name))).toEqual([]);
      ends.push(madeUntil);
    }
    const told = ends.filter((end) => end !== null);
    expect(told).toEqual(told.toSorted());
    const whole = (await (await openLedger()).cards.list('old-00', 'old-19')).cards;
    expect([...whole].map(([name, { lastDecision }]) => [name, lastDecision?.sentence])).toEqual(
      names.map((name) => [name, `of ${name}`]),
    );
  });

  it('has the card of a model made at once where something is noted of it', async () => {
    await decide('early', 'metric:early:1', { outcome: 'deferred', reason: 'cooldown' });
    for await (const { partitionKey, rowKey } of cards.listEntities())
      if (rowKey !== '!head') await cards.deleteEntity(partitionKey!, rowKey!);
    const later = await openLedger();
    await later.recordRun(run({ model: 'early', runId: 'early-20020902-1f2e3d4c' }));
    expect(await later.cards.get('early')).toMatchObject({
      waiting: [{ signalId: 'metric:early:1' }],
      run: { runId: 'early-20020902-1f2e3d4c' },
    });
  });
});
