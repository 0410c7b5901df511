import { isDeepStrictEqual } from 'node:util';
import { TableClient } from '@azure/data-tables';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import type { Decision } from '../../../shared/domain/decision.ts';
import { type Deployment, groupServing } from '../../../shared/domain/deployment.ts';
import type { HoldoutPart } from '../../../shared/domain/holdout.ts';
import { spendError } from '../../../shared/gates/spend-error.ts';
import { decisionRow, decisionsById } from '../../../shared/ledger/decisions.ts';
import { Ledger } from '../../../shared/ledger/ledger.ts';
import type { Page } from '../../../shared/ledger/read-newest.ts';
import { runRow } from '../../../shared/ledger/runs.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { decision, run } from '../../fixtures/ledger.ts';
import { startStorageAlone } from './local-services.ts';

let openLedger: () => Promise<Ledger>;
let ledger: Ledger;
let openTable: (name: string) => TableClient;

beforeAll(async () => {
  const settings = await startStorageAlone();
  openTable = (name) =>
    TableClient.fromConnectionString(settings.RATCHET_STORAGE!, name, { allowInsecureConnection: true });
  openLedger = () => createWiring(settings).ledger();
  ledger = await openLedger();
});

const at = (minute: number): string => new Date(Date.UTC(2002, 8, 2, 0, minute)).toISOString();

function offered(model: string, id: string, minute: number, more: Partial<Decision> = {}): Decision {
  return decision({ id, model }, { offeredAt: at(minute), ...more });
}

const nothing = { items: [], continuation: null };

const idsOf = (decisions: readonly Decision[]): string[] => decisions.map(({ signal }) => signal.id);

describe('decisions in the ledger', () => {
  it('can be asked for before anything was written', async () => {
    expect(await ledger.listDecisions({ model: 'nobody', limit: 10 })).toEqual(nothing);
    expect(await ledger.getDecision('nobody', 's')).toBeNull();
    expect(await ledger.listRuns({ model: 'nobody', limit: 10 })).toEqual(nothing);
    expect(await ledger.getRun('nobody-20020902-1f2e3d4c')).toBeNull();
  });

  it('have one row for each signal: the later answer replaces the earlier', async () => {
    const waiting = offered('replaced', 'once', 1, { outcome: 'deferred', reason: 'cooldown' });
    const admitted = offered('replaced', 'once', 1, { outcome: 'admitted', reason: 'hold-over' });
    await ledger.recordDecision(waiting);
    await ledger.recordDecision(admitted);
    await ledger.recordDecision(admitted);
    const all = await ledger.listDecisions({ model: 'replaced', limit: 10 });
    expect(all).toEqual({ items: [admitted], continuation: null });
    expect(await ledger.getDecision('replaced', 'once')).toEqual(admitted);
  });

  it('keep their place when the signal is offered anew by another orchestration', async () => {
    const first = offered('anew', 'once', 1, { outcome: 'deferred', reason: 'cooldown' });
    await ledger.recordDecision(first);
    await ledger.recordDecision(offered('anew', 'other', 2));
    const again = offered('anew', 'once', 9, { decidedAt: at(9) });
    await ledger.recordDecision(again);
    const kept = { ...again, offeredAt: first.offeredAt };
    expect(await ledger.getDecision('anew', 'once')).toEqual(kept);
    const { items } = await ledger.listDecisions({ model: 'anew', limit: 10 });
    expect(items).toEqual([offered('anew', 'other', 2), kept]);
  });

  it('are listed once when many processes record one signal at once', async () => {
    const ledgers = await Promise.all([1, 2, 3, 4].map(() => openLedger()));
    await Promise.all(ledgers.map((each, minute) => each.recordDecision(offered('rush', 'once', minute))));
    const { items } = await ledger.listDecisions({ model: 'rush', limit: 10 });
    expect(items).toHaveLength(1);
    expect(await ledger.getDecision('rush', 'once')).toEqual(items[0]);
  });

  it('are not looked for under what can be no key', async () => {
    for (const model of ['a/b', 'a#b', 'a?b', 'a\\b', 'a\u0007', '', 'x'.repeat(600)]) {
      expect(await ledger.getDecision(model, `metric:${model}:1`)).toBeNull();
      expect(await ledger.getRun(`${model}-20020902-1f2e3d4c`)).toBeNull();
    }
  });

  it('come on the next page as they were, whatever is recorded between two pages', async () => {
    for (const minute of [1, 2, 3, 4]) await ledger.recordDecision(offered('stable', `s${minute}`, minute));
    const first = await ledger.listDecisions({ model: 'stable', limit: 2 });
    await ledger.recordDecision(offered('stable', 'newest', 9));
    await ledger.recordDecision(offered('stable', 's2', 2, { outcome: 'coalesced' }));
    const { continuation } = first;
    const second = await ledger.listDecisions({ model: 'stable', limit: 2, continuation: continuation! });
    expect([idsOf(first.items), idsOf(second.items)]).toEqual([
      ['s4', 's3'],
      ['s2', 's1'],
    ]);
    expect(second.continuation).toBeNull();
  });

  it('are found by a signal id of any characters', async () => {
    const strange = offered('strange', "it's/a#signal?\\ü\u0007", 1);
    await ledger.recordDecision(strange);
    expect(await ledger.getDecision('strange', strange.signal.id)).toEqual(strange);
    expect(await ledger.getDecision('strange', "it's")).toBeNull();
  });

  it('keep evidence that is larger than a property of a row', async () => {
    const large = decision({ model: 'large', evidence: { text: '\u{1F984}'.repeat(30_000) } });
    await ledger.recordDecision(large);
    const read = await ledger.getDecision('large', large.signal.id);
    // Compared by itself: a difference of this size is not to be printed.
    expect(isDeepStrictEqual(read, large)).toBe(true);
  });

  it('come newest first, across models, through filters and page by page', async () => {
    const models = ['page-a', 'page-b', 'page-c'];
    const written = Array.from({ length: 24 }, (_, index) =>
      offered(models[index % 3]!, `s${index}`, index % 7, {
        outcome: index % 4 === 0 ? 'rejected' : 'coalesced',
        // Before it was offered, too: the clock was set back.
        decidedAt: at((index * 5) % 11),
      }),
    );
    await Promise.all(written.map((each) => ledger.recordDecision(each)));
    const ofThese = (decisions: readonly Decision[]) =>
      decisions.filter(({ signal }) => models.includes(signal.model));
    const everything = ofThese((await ledger.listDecisions({ limit: 1000 })).items);
    expect(new Set(idsOf(everything))).toEqual(new Set(idsOf(written)));
    expect(everything.map(({ offeredAt }) => offeredAt)).toEqual(
      written
        .map(({ offeredAt }) => offeredAt)
        .sort()
        .reverse(),
    );

    const query = fc.record({
      model: fc.option(fc.constantFrom(...models), { nil: undefined }),
      outcome: fc.option(fc.constantFrom('rejected' as const, 'coalesced' as const), { nil: undefined }),
      since: fc.option(fc.integer({ min: 0, max: 7 }).map(at), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(query, fc.integer({ min: 1, max: 9 }), async (asked, limit) => {
        const expected = everything.filter(
          (each) =>
            (asked.model === undefined || each.signal.model === asked.model) &&
            (asked.outcome === undefined || each.outcome === asked.outcome) &&
            (asked.since === undefined || each.offeredAt >= asked.since),
        );
        const paged: Decision[] = [];
        for (let page: Page<Decision> | undefined; page?.continuation !== null; ) {
          page = await ledger.listDecisions({
            ...asked,
            limit,
            ...(page && { continuation: page.continuation }),
          });
          paged.push(...page.items);
        }
        expect(idsOf(ofThese(paged))).toEqual(idsOf(expected));
      }),
      { numRuns: 15 },
    );
  });

  it('of many models are asked for of no more of them than a page can have', async () => {
    let requests = 0;
    const counted = new Ledger((name) => {
      const table = openTable(name);
      table.pipeline.addPolicy({
        name: 'countRequests',
        sendRequest(request, next) {
          requests++;
          return next(request);
        },
      });
      return table;
    });
    const models = Array.from({ length: 40 }, (_, index) => `many-${String(index).padStart(2, '0')}`);
    for (const [index, model] of models.entries()) {
      await counted.recordDecision(offered(model, 'older', 100));
      await counted.recordDecision(offered(model, 'newer', 200 + index));
    }
    const page = await counted.listDecisions({ limit: 3 });
    expect(page.items.map(({ signal }) => signal.model)).toEqual(['many-39', 'many-38', 'many-37']);
    requests = 0;
    const { continuation } = page;
    const second = await counted.listDecisions({ limit: 3, continuation: continuation! });
    expect(second.items.map(({ signal }) => signal.model)).toEqual(['many-36', 'many-35', 'many-34']);
    // The cards, and eight models side by side.
    expect(requests).toBe(9);
  });

  it('refuse a continuation that is none', async () => {
    await expect(ledger.listDecisions({ limit: 1, continuation: 'bm9uZQ' })).rejects.toMatchObject({
      code: 'bad-request',
      message:
        'continuation must come from an earlier page; found "bm9uZQ"; leave it out to start at the first page',
    });
  });
});

describe('runs in the ledger', () => {
  const runId = (model: string, day: number) => `${model}-200209${String(day).padStart(2, '0')}-1f2e3d4c`;

  it('come newest first, of one model or of all', async () => {
    for (const [model, day] of [
      ['order-a', 1],
      ['order-b', 2],
      ['order-a', 3],
    ] as const) {
      await ledger.recordRun(run({ model, runId: runId(model, day), startedAt: at(day * 1440) }));
    }
    const ids = async (model?: string, limit = 100) =>
      (await ledger.listRuns({ model, limit })).items
        .map((each) => each.runId)
        .filter((id) => id.startsWith('order'));
    expect(await ids()).toEqual([runId('order-a', 3), runId('order-b', 2), runId('order-a', 1)]);
    expect(await ids('order-a')).toEqual([runId('order-a', 3), runId('order-a', 1)]);
    expect(await ids('order-a', 1)).toEqual([runId('order-a', 3)]);
    expect((await ledger.getRun(runId('order-b', 2)))?.model).toBe('order-b');
  });

  it('come page by page, and a page shows how far they are now', async () => {
    const ofDay = (day: number) =>
      run({ model: '9-pages', runId: runId('9-pages', day), startedAt: at(day * 1440) });
    for (const day of [1, 2, 3]) await ledger.recordRun(ofDay(day));
    const first = await ledger.listRuns({ model: '9-pages', limit: 2 });
    expect(first.items).toEqual([ofDay(3), ofDay(2)]);
    const settled = { ...ofDay(1), phase: 'settled', outcome: 'failed', endedAt: at(99) } as const;
    await ledger.recordRun(settled);
    await ledger.recordRun(ofDay(4));
    const { continuation } = first;
    const second = await ledger.listRuns({ model: '9-pages', limit: 2, continuation: continuation! });
    expect(second).toEqual({ items: [settled], continuation: null });
  });

  it('do not fall back when a late repeat brings an older phase', async () => {
    const state = (more: Parameters<typeof run>[0]) =>
      run({ model: 'late', runId: runId('late', 1), ...more });
    const settled = state({ phase: 'settled', outcome: 'released', endedAt: at(60), released: true });
    await ledger.recordRun(state({ phase: 'train' }));
    await ledger.recordRun(settled);
    await ledger.recordRun(state({ phase: 'release' }));
    expect(await ledger.getRun(runId('late', 1))).toEqual(settled);
  });

  it('keep the mark of a broken glass, whatever late repeat comes', async () => {
    const held = {
      model: 'glass',
      runId: runId('glass', 1),
      phase: 'settled',
      outcome: 'gate-failed',
    } as const;
    const settled = run({ ...held, endedAt: at(60) });
    const brokenGlass = {
      first: 'jane',
      second: 'bob',
      reasons: ['a', 'b'] as const,
      at: at(90),
      sentence: '',
    };
    await ledger.recordRun(settled);
    await ledger.changeRun(settled.runId, (known) => ({ ...known, brokenGlass }));
    await ledger.recordRun(settled);
    expect(await ledger.getRun(settled.runId)).toEqual({ ...settled, brokenGlass });
    await ledger.changeRun(runId('glass', 2), () => settled);
    expect(await ledger.getRun(runId('glass', 2))).toBeNull();
  });

  it('end up at the furthest state when many processes write at once', async () => {
    const phases = ['train', 'evaluate', 'gate', 'register', 'release'] as const;
    const states = phases.map((phase) => run({ model: 'race', runId: runId('race', 1), phase }));
    const settled = run({ ...states[4]!, phase: 'settled', outcome: 'released', endedAt: at(60) });
    const ledgers = await Promise.all([...states, settled].map(() => openLedger()));
    const results = await Promise.allSettled(
      [settled, ...states].map((state, index) => ledgers[index]!.recordRun(state)),
    );
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(await ledger.getRun(runId('race', 1))).toEqual(settled);
  });
});

describe('a ledger of before rows had second rows', () => {
  const id = (day: number) => `old-200209${String(day).padStart(2, '0')}-1f2e3d4c`;
  const decisions = Array.from({ length: 230 }, (_, index) => offered('old', `s${index}`, index));
  const runs = Array.from({ length: 5 }, (_, index) =>
    run({ model: 'old', runId: id(index + 1), startedAt: at(index * 1440) }),
  );

  beforeAll(async () => {
    await ledger.listDecisions({ limit: 1 });
    await ledger.listRuns({ limit: 1 });
    const [ofDecisions, ofRuns] = [openTable('RatchetDecisions'), openTable('RatchetRuns')];
    for (const each of decisions) await ofDecisions.createEntity(decisionRow(each));
    for (const each of runs) await ofRuns.createEntity(runRow(each));
    // A crash came when a part of them was completed.
    for (const each of decisions.slice(40, 90)) {
      await ofDecisions.createEntity(decisionsById.of(decisionRow(each))!);
    }
  });

  it('answers all of it, to several processes that open it at once, each row once', async () => {
    const ledgers = await Promise.all([1, 2, 3].map(() => openLedger()));
    const read = await Promise.all(ledgers.map((each) => each.getDecision('old', 's17')));
    expect(read).toEqual([decisions[17], decisions[17], decisions[17]]);
    for (const index of [0, 41, 100, 229]) {
      expect(await ledger.getDecision('old', `s${index}`)).toEqual(decisions[index]);
    }
    expect(await ledger.getDecision('old', 'nobody')).toBeNull();
    const { items } = await ledger.listDecisions({ model: 'old', limit: 1000 });
    expect(items).toEqual(decisions.toReversed());
    expect(await ledger.getRun(id(2))).toEqual(runs[1]);
    const listed = await Promise.all(ledgers.map((each) => each.listRuns({ model: 'old', limit: 10 })));
    for (const page of listed) expect(page.items).toEqual(runs.toReversed());
  });

  it('goes on: rows of either shape are replaced in their place', async () => {
    const settled = { ...runs[0]!, phase: 'settled', outcome: 'released', endedAt: at(60) } as const;
    await ledger.recordRun(settled);
    const answered = { ...decisions[3]!, outcome: 'rejected', reason: 'recovered' } as const;
    await ledger.recordDecision(answered);
    expect((await ledger.listRuns({ model: 'old', limit: 10 })).items.at(-1)).toEqual(settled);
    expect((await ledger.listDecisions({ model: 'old', limit: 1000 })).items).toHaveLength(230);
    expect(await ledger.getDecision('old', 's3')).toEqual(answered);
  });
});

describe('deployments in the ledger', () => {
  const deployed = (endpoint: string, minute: number, versions: string[], eventId = 'e'): Deployment => ({
    endpoint,
    models: versions.map((version) => ({ name: 'spam-filter', version })),
    since: at(minute),
    eventId,
  });
  const of = async (endpoint: string) =>
    (await ledger.listDeployments()).filter((each) => each.endpoint === endpoint);

  it('have one row for each endpoint: the latest, in whatever order and however often they are told', async () => {
    const all = [1, 2, 3, 4].map((minute) => deployed('front', minute, [String(minute)]));
    for (const index of [2, 0, 3, 1, 3, 0]) await ledger.recordDeployment(all[index]!);
    expect(await of('front')).toEqual([all[3]]);
  });

  it('end up the same when many processes write at once, two of them at the same time', async () => {
    const all = [
      ...[1, 2, 3].map((minute) => deployed('race', minute, [String(minute)])),
      deployed('race', 4, ['a'], 'first'),
      deployed('race', 4, ['b'], 'second'),
    ];
    const ledgers = await Promise.all(all.map(() => openLedger()));
    await Promise.all(all.map((each, index) => ledgers[index]!.recordDeployment(each)));
    expect(await of('race')).toEqual([all[4]]);
  });

  it('forget what an endpoint served before', async () => {
    await ledger.recordDeployment(deployed('back', 1, ['1', '2']));
    await ledger.recordDeployment({ ...deployed('back', 2, []), models: [{ name: 'other', version: '9' }] });
    const serving = groupServing(await ledger.listDeployments()).get('spam-filter') ?? [];
    expect(serving.filter(({ endpoint }) => endpoint === 'back')).toEqual([]);
  });
});

describe('looks at a holdout in the ledger', () => {
  const take = (
    model: string,
    run: string,
    parts: readonly string[],
    from = ledger,
    spend = (known: readonly HoldoutPart[]) => spendError(known, run, undefined),
  ) => from.takeLook({ model, runId: run, parts }, spend);

  it('are counted once for each run, part by part, whatever the parts are called', async () => {
    const names = ["2002/it's #1?.csv", '\u{1F984}'.repeat(200), '2002-09-02.jsonl'];
    expect(await take('looks', 'r1', names.slice(0, 2))).toMatchObject({ look: 1, share: 1 / 2 });
    expect(await take('looks', 'r2', names.slice(1))).toMatchObject({ look: 2, share: 1 / 4 });
    expect(await take('looks', 'r1', names.slice(0, 2))).toMatchObject({ look: 1, share: 1 / 2 });
    expect(await take('looks', 'r3', names.slice(0, 1))).toMatchObject({ look: 2 });
    expect(await take('looks', 'r4', names.slice(1, 2))).toMatchObject({ look: 3 });
    expect(await take('others', 'r5', names)).toMatchObject({ look: 1 });
  });

  it('are completed by a repeat where a crash came between two parts', async () => {
    await take('crash', 'r0', ['b']);
    const crash = take('crash', 'r1', ['a', 'b'], ledger, (known) => {
      const spending = spendError(known, 'r1', undefined);
      const { 0: a } = spending.parts;
      // The second row cannot be written.
      return { ...spending, parts: [a!, { ...known[1]!, part: 'x'.repeat(500_000) }] };
    });
    await expect(crash).rejects.toMatchObject({ code: 'broken-invariant' });
    expect(await take('crash', 'r2', ['a'])).toMatchObject({ look: 2 });
    const completed = await take('crash', 'r1', ['a', 'b']);
    expect(completed).toMatchObject({ look: 2, share: 1 / 4 });
    expect(await take('crash', 'r1', ['a', 'b'])).toEqual(completed);
    expect(await take('crash', 'r3', ['b'])).toMatchObject({ look: 3 });
  });

  it('count each of several runs that look at once, and repeats of one as one', async () => {
    const runs = ['r1', 'r2', 'r1'];
    const ledgers = await Promise.all(runs.map(() => openLedger()));
    const parts = ['a', 'b', 'c'];
    const taken = await Promise.all(runs.map((run, at) => take('race', run, parts, ledgers[at]!)));
    const afterwards = await Promise.all(runs.map((run) => take('race', run, parts)));
    expect(afterwards.map(({ share }) => share)).toEqual(taken.map(({ share }) => share));
    const { parts: kept } = await take('race', 'r3', parts);
    for (const { looks } of kept) {
      expect(looks.map(({ runId }) => runId).sort()).toEqual(['r1', 'r2', 'r3']);
      expect(looks.reduce((sum, { share }) => sum + share, 0)).toBeLessThan(1);
    }
  });
});

describe('a ledger that cannot be reached', () => {
  it('says so, and that it may come back', async () => {
    const gone = await createWiring({
      RATCHET_WORKSPACE_ID: localCloud.workspaceId,
      RATCHET_CONTAINER: localCloud.container,
      RATCHET_STORAGE:
        'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=c2VjcmV0;TableEndpoint=http://127.0.0.1:1/devstoreaccount1;',
    }).ledger();
    await expect(gone.getRun('spam-filter-20020902-1f2e3d4c')).rejects.toMatchObject({
      code: 'azure-unavailable',
      message: expect.stringMatching(/^reading run spam-filter-20020902-1f2e3d4c: .*ECONNREFUSED/),
    });
  });
});
