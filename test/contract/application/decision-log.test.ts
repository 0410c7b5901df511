/** The decision log of a real ledger: written by many at once, exported and verified by the command line, and tampered with. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TableClient } from '@azure/data-tables';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../../cli/main.ts';
import type { Checkpoint } from '../../../shared/audit/checkpoint.ts';
import { DocumentsDigest } from '../../../shared/audit/documents.ts';
import { entryLine, type LogEntry } from '../../../shared/audit/log-entry.ts';
import type { Decision } from '../../../shared/domain/decision.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { runRow } from '../../../shared/ledger/runs.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { decision, run } from '../../fixtures/ledger.ts';
import { capturePrinted } from '../../unit/cli/printed.ts';
import { approved, releaseRow } from '../../unit/lineage/facts.ts';
import { serveFunctions } from './handlers.ts';
import { startStorageAlone } from './local-services.ts';

const { out, err } = capturePrinted();
let settings: Readonly<Record<string, string>>;
let ledger: Ledger;
let url: string;
const folder = mkdtempSync(join(tmpdir(), 'ratchet-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (name: string) =>
  TableClient.fromConnectionString(settings['RATCHET_STORAGE']!, name, { allowInsecureConnection: true });
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const nth = (model: string, n: number, more: Partial<Decision> = {}) =>
  decision({ id: `metric:${model}:${n}`, model }, { offeredAt: at(n), decidedAt: at(n), ...more });

beforeAll(async () => {
  settings = await startStorageAlone();
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  const names = ['checkpoint', 'entries', 'rows'];
  url = await serveFunctions(
    () => Promise.all(names.map((name) => import(`../../../functions/get-audit-${name}.ts`))),
    Object.fromEntries(names.map((name) => [`audit/${name}`, `get-audit-${name}`])),
  );
  ledger = await createWiring(settings).ledger();
});

async function type(...args: string[]): Promise<{ code: number; lines: readonly string[] }> {
  out.length = 0;
  err.length = 0;
  const asksService = args[0] !== 'verify' || args.includes('--ledger');
  const code = await main(['audit', ...args, ...(asksService ? ['--url', url] : [])]);
  return { code, lines: [...out, ...err] };
}

let files = 0;
async function keep(...args: string[]): Promise<string> {
  const { lines } = await type(...args);
  return write(`${lines.join('\n')}\n`);
}

function write(text: string): string {
  const file = join(folder, `${files++}`);
  writeFileSync(file, text);
  return file;
}

const entriesOf = (table: 'decisions' | 'runs' | 'operations' | 'releases', model: string, limit = 1_000) =>
  ledger.log.entries({ table, partition: model }, 0, limit);

describe('the decision log', () => {
  it('has every record once, in one chain, whatever is repeated by however many at once', async () => {
    let models = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(5), { minLength: 1, maxLength: 24 }), async (writes) => {
        const model = `repeats-${++models}`;
        const ledgers = await Promise.all([1, 2, 3].map(() => createWiring(settings).ledger()));
        await Promise.all(writes.map((n, index) => ledgers[index % 3]!.recordDecision(nth(model, n))));
        const entries = await entriesOf('decisions', model);
        expect(entries.map(({ n }) => n)).toEqual(entries.map((_, index) => index + 1));
        expect(entries.map(({ id }) => id).sort()).toEqual(
          [...new Set(writes)].map((n) => `metric:${model}:${n}`).sort(),
        );
        for (const [index, { previous }] of entries.entries())
          expect(previous).toBe(entries[index - 1]?.hash ?? '0'.repeat(64));
      }),
      { numRuns: 8 },
    );
  });

  it('has each answer to a signal, and a late repeat of an earlier one undoes nothing', async () => {
    const waits = nth('answers', 1, { outcome: 'deferred', reason: 'cooldown', runId: null });
    const admitted = nth('answers', 1, { decidedAt: at(5) });
    for (const each of [waits, admitted, waits, admitted, waits]) await ledger.recordDecision(each);
    const entries = await entriesOf('decisions', 'answers');
    expect(entries.map(({ says }) => says['outcome'])).toEqual(['deferred', 'admitted']);
    expect(await ledger.getDecision('answers', admitted.signal.id)).toEqual(admitted);
  });

  it('has a run once it has ended and whenever it is changed after, operations, and each word of a release', async () => {
    const runId = 'kinds-20260101-1f2e3d4c';
    const going = run({ model: 'kinds', runId });
    const ended = run({ ...going, phase: 'settled', outcome: 'failed', endedAt: at(9), sentence: 'No.' });
    for (const each of [going, ended, going, ended]) await ledger.recordRun(each);
    const brokenGlass = {
      first: 'ada',
      second: 'ben',
      reasons: ['a', 'b'],
      at: at(10),
      sentence: '',
    } as const;
    await ledger.changeRun(runId, (known) => ({ ...known, brokenGlass }));
    const operation: Operation = { ...approved, model: 'kinds' };
    for (const each of [operation, operation]) await ledger.recordOperation(each);
    const model = { name: 'kinds', version: '1', modelUri: 'x' };
    for (const [minute, state] of [
      [1, 'canary'],
      [2, 'settled'],
      [1, 'canary'],
    ] as const)
      await ledger.recordRelease(
        releaseRow({ releaseId: `${runId}-release`, model, state, writtenAt: at(minute) }),
      );
    const says = async (table: 'runs' | 'operations' | 'releases') =>
      (await entriesOf(table, 'kinds')).map((entry) => entry.says);
    expect(await says('runs')).toMatchObject([
      { outcome: 'failed', brokenGlass: null },
      { brokenGlass: 'ada, ben' },
    ]);
    expect(await says('operations')).toMatchObject([{ action: 'approve-release', by: 'ada', actor: 'a-1' }]);
    expect(await says('releases')).toMatchObject([{ state: 'canary' }, { state: 'settled', version: '1' }]);
  });

  it('keeps what is said of any characters, and no secret of a known form', async () => {
    const sentence = `Half \ud83d of it, Ünïcode \u2028, and AccountKey=${'k'.repeat(40)} too`;
    await ledger.recordDecision(nth('hostile', 1, { sentence }));
    const [entry] = await entriesOf('decisions', 'hostile');
    expect(entry!.says['sentence']).toBe('Half \ufffd of it, Ünïcode \u2028, and AccountKey=*** too');
    expect(entryLine(entry!)).toContain('Ünïcode');
  });

  it('goes on through more entries than a page, and answers any part of them in order', async () => {
    for (let n = 1; n <= 30; n++) await ledger.recordDecision(nth('many', n));
    const chain = { table: 'decisions', partition: 'many' } as const;
    const numbers = async (after: number, limit: number) =>
      (await ledger.log.entries(chain, after, limit)).map(({ n }) => n);
    expect(await numbers(0, 3)).toEqual([1, 2, 3]);
    expect(await numbers(27, 10)).toEqual([28, 29, 30]);
    expect(await numbers(30, 10)).toEqual([]);
  });

  it('is exported with the documents that it is of, though it is written to meanwhile', async () => {
    await ledger.recordDecision(nth('busy', 1));
    let [writes, until] = [0, 3];
    const change = async (path: string): Promise<void> => {
      if (/rows\?chain=decisions%2Fbusy/.test(path) && writes < until)
        await ledger.recordDecision(nth('busy', 1, { outcome: 'coalesced', decidedAt: at(60 + writes++) }));
    };
    // Before rows are read, and before they are answered, one of them changes.
    const front = createServer(async (request, response) => {
      await change(request.url!);
      const answer = await fetch(`${url}${request.url}`);
      const body = await answer.text();
      await change(request.url!);
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const exported = async (): Promise<number> => {
      out.length = 0;
      err.length = 0;
      const { port } = front.address() as AddressInfo;
      return main(['audit', 'export', '--documents', '--url', `http://127.0.0.1:${port}`]);
    };
    try {
      expect(await exported()).toBe(0);
      expect(writes).toBe(3);
      const lines = [...out];
      expect(
        lines.filter((line) => line.includes('"type":"document"') && line.includes('metric:busy:1')),
      ).toHaveLength(2);
      expect(await type('verify', write(`${lines.join('\n')}\n`))).toMatchObject({ code: 0 });
      until = Number.POSITIVE_INFINITY;
      expect(await exported()).toBe(3);
      expect(err.join('\n')).toMatch(
        /decisions\/busy: the row of metric:busy:1 is not what the log says, or changes too often/,
      );
    } finally {
      front.close();
    }
  });
});

describe('ratchet audit', () => {
  it('proves that an export is whole, against checkpoints of before and after, and in parts', async () => {
    await ledger.recordDecision(nth('parts', 1));
    const since = await keep('checkpoint');
    await ledger.recordDecision(nth('parts', 2));
    await ledger.recordOperation({ ...approved, id: 'x', model: null, action: { action: 'stop' } });
    const until = await keep('checkpoint');
    const file = await keep('export');
    expect(await type('verify', file, '--since', since, '--until', until)).toMatchObject({ code: 0 });
    expect(out.join('\n')).toContain('operations/(fleet)  entries 1 to 1');
    expect(out.join('\n')).toContain('Intact: nothing was changed, deleted or inserted.');
    expect(out.join('\n')).toContain('This does not prove that what was recorded is true');
    const rest = await keep('export', '--since', since);
    expect((await type('verify', rest, '--since', since, '--until', until)).code).toBe(0);
    // Its first entries follow from the last of the checkpoint: more than that a file cannot show of what it leaves out.
    expect((await type('verify', rest, '--until', since)).code).toBe(0);
    const spring = await keep('export', '--from', at(2), '--until', at(2));
    expect((await type('verify', spring, '--json')).code).toBe(0);
    const { chains } = JSON.parse(out.join('\n')) as {
      chains: { chain: string; first: number; count: number }[];
    };
    expect(chains).toContainEqual({ chain: 'decisions/parts', first: 2, count: 2 });
  });

  it('says that the chain was rewritten, though every hash of it is right', async () => {
    const checkpoint = await keep('checkpoint');
    const { chains } = JSON.parse((await type('checkpoint')).lines[0]!) as Checkpoint;
    expect(chains.length).toBeGreaterThan(3);
    const other = await createWiring({ ...settings }).ledger();
    await rewrite('many', 7, other);
    const file = await keep('export');
    expect((await type('verify', file)).code).toBe(0);
    const { code, lines } = await type('verify', file, '--since', checkpoint);
    expect(code).toBe(1);
    expect(lines.join('\n')).toMatch(
      /decisions\/many was rewritten: the checkpoint --since has \w+ for entry 30/,
    );
    expect(lines.filter((line) => line.includes('rewritten'))).toHaveLength(1);
  });

  it.each([
    [['verify'], 2, 'name exactly one exported file'],
    [['prove'], 2, 'expected export, checkpoint, verify, got "prove"'],
    [['export', '--ledger'], 2, '--ledger is an option of verify alone'],
    [
      ['export', '--from', 'spring'],
      2,
      '--from: expected an ISO 8601 time such as 2026-03-02T08:00:00Z, got "spring"',
    ],
    [['export', '--documents', '--from', at(1)], 2, '--documents takes no --from, --until or --since'],
    [['checkpoint', '--documents'], 2, '--documents is an option of export alone'],
    [['checkpoint', '--since', 'x'], 2, 'a checkpoint is of the log as it is now'],
    [['verify', '/nowhere'], 3, 'cannot read /nowhere'],
  ])('says what is wrong with %j', async (args, code, said) => {
    const answer = await type(...args);
    expect(answer.code).toBe(code);
    expect(answer.lines.join('\n')).toContain(said);
  });

  it('refuses a file that is no checkpoint', async () => {
    const { code, lines } = await type('verify', write(''), '--since', write('{}'));
    expect(code).toBe(3);
    expect(lines.join('\n')).toContain('is not a checkpoint: it does not have the fields');
  });
});

/** As somebody would who may write to the table: another sentence in one entry, and every hash after it made right. */
async function rewrite(model: string, from: number, other: Ledger): Promise<void> {
  const { hashEntry } = await import('../../../shared/audit/log-entry.ts');
  const table = open('RatchetDecisions');
  const entries = await other.log.entries({ table: 'decisions', partition: model }, 0, 1_000);
  let previous = entries[from - 2]!.hash;
  for (const entry of entries.slice(from - 1)) {
    const says = entry.n === from ? { ...entry.says, sentence: 'Quite another one.' } : entry.says;
    const forged = { ...entry, previous, says };
    const next: LogEntry = { ...forged, hash: hashEntry(forged) };
    const rowKey = `~log-e${String(999_999_999_999 - entry.n).padStart(12, '0')}`;
    await table.updateEntity({ partitionKey: model, rowKey, document0: JSON.stringify(next) }, 'Merge');
    previous = next.hash;
  }
}

describe('the ledger against its log', () => {
  const findings = async (): Promise<readonly string[]> => {
    const { lines } = await type('verify', '--ledger', '--json');
    return (JSON.parse(lines.join('\n')) as { findings: { sentence: string }[] }).findings.map(
      ({ sentence }) => sentence,
    );
  };
  /** A ledger of its own for each case would be dear: each case leaves what it found as it was. */
  beforeAll(async () => {
    for (const name of ['RatchetDecisions', 'RatchetRuns', 'RatchetOperations', 'RatchetReleases'])
      for await (const row of open(name).listEntities())
        await open(name).deleteEntity(row.partitionKey!, row.rowKey!);
    ledger = await createWiring(settings).ledger();
    const runId = 'spam-20260101-1f2e3d4c';
    const old = run({ model: 'spam', runId: 'spam-20251231-00000001', endedAt: at(-9), startedAt: at(-10) });
    await open('RatchetRuns').createEntity(runRow(old));
    await ledger.recordRun(
      run({ model: 'spam', runId, phase: 'settled', outcome: 'failed', endedAt: at(9) }),
    );
    await ledger.recordRun(run({ model: 'spam', runId: 'spam-20260102-00000002', startedAt: at(20) }));
    for (const n of [1, 2, 3])
      await ledger.recordDecision(nth('spam', n, { outcome: n === 2 ? 'rejected' : 'admitted' }));
    await ledger.recordDecision(nth('spam', 3, { outcome: 'coalesced', decidedAt: at(8) }));
    await ledger.recordOperation({ ...approved, model: 'spam', at: at(4) });
    const model = { name: 'spam', version: '1', modelUri: 'x' };
    await ledger.recordRelease(releaseRow({ releaseId: `${runId}-release`, runId, model, startedAt: at(5) }));
  });

  it('is the same where nobody has changed it; what is older is counted, and what is under way is not', async () => {
    const { code, lines } = await type('verify', '--ledger');
    expect(lines.join('\n')).toContain(
      '6 records of the ledger agree with the log; 1 are older than the log',
    );
    expect(code).toBe(0);
  });

  it('is exported with every document as it lies there, which verify holds against the log without the service', async () => {
    const file = await keep('export', '--documents');
    expect(await type('verify', file)).toMatchObject({ code: 0 });
    expect(out.join('\n')).toContain('6 documents are what the log says; 2 have no entry in it');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const documents = lines.flatMap((line) => {
      const { type: kind, text } = JSON.parse(line) as { type: string; text: string };
      return kind === 'document' ? [JSON.parse(text) as Record<string, unknown>] : [];
    });
    expect(documents).toContainEqual(await ledger.getDecision('spam', 'metric:spam:1'));
    expect(documents).toContainEqual(await ledger.getRun('spam-20260102-00000002'));

    /** Of the lines with the documents changed, and their count and hash made right, as somebody would who knows how. */
    const findingsOf = async (change: (line: string) => string | null): Promise<readonly string[]> => {
      const digest = new DocumentsDigest();
      const changed = lines.flatMap((line) => {
        if (line.includes('"type":"documents"')) return [digest.endLine()];
        if (!line.includes('"type":"document"')) return [line];
        const next = change(line);
        if (next !== null) digest.add(next);
        return next ?? [];
      });
      const { lines: said } = await type('verify', write(`${changed.join('\n')}\n`), '--json');
      return (JSON.parse(said.join('\n')) as { findings: { sentence: string }[] }).findings.map(
        ({ sentence }) => sentence,
      );
    };
    expect(await findingsOf((line) => line)).toEqual([]);
    const isSecond = (line: string): boolean => line.includes('metric:spam:2');
    expect(
      await findingsOf((line) => (isSecond(line) ? line.replace('rejected', 'admitted') : line)),
    ).toEqual([
      expect.stringMatching(
        /^The document of metric:spam:2 was changed: it differs from entry \d of decisions\/spam\.$/,
      ),
    ]);
    expect(await findingsOf((line) => (isSecond(line) ? null : line))).toEqual([
      expect.stringMatching(/^metric:spam:2 has entry \d in decisions\/spam, and no document\.$/),
    ]);
    const dropped = lines.filter((line) => !line.includes('spam-20260102-00000002'));
    expect(dropped).toHaveLength(lines.length - 1);
    const { lines: said } = await type('verify', write(`${dropped.join('\n')}\n`));
    expect(said.join('\n')).toContain('The documents were changed: the line after them is of 8 others.');
  });

  const rowsOf = async (name: string, fits: (key: string) => boolean) => {
    const rows: Record<string, unknown>[] = [];
    for await (const row of open(name).listEntities()) if (fits(row.rowKey!)) rows.push(row);
    return rows as unknown as {
      partitionKey: string;
      rowKey: string;
      document0: string;
      [name: string]: unknown;
    }[];
  };

  it.each<
    [
      string,
      string,
      (key: string) => boolean,
      (row: { [name: string]: unknown; document0: string }) => object | null,
      RegExp,
    ]
  >([
    [
      'the document of a decision',
      'RatchetDecisions',
      (key) => /^\d/.test(key),
      (row) => ({ ...row, document0: row.document0.replace('"idle"', '"quiet"') }),
      /^decisions\/spam: The row of metric:spam:\d was changed: it differs from entry/,
    ],
    [
      'a column by which decisions are filtered',
      'RatchetDecisions',
      (key) => /^\d/.test(key),
      (row) => ({ ...row, outcome: 'deferred' }),
      /and its row \d{13}-\w+ was changed: lists or look-ups give other answers/,
    ],
    [
      'the row that leads to a decision',
      'RatchetDecisions',
      (key) => key.startsWith('id-'),
      (row) => ({ ...row, timed: '0000000000000-00' }),
      /and its row id-\w+ was changed/,
    ],
    [
      'a decision, by deleting it',
      'RatchetDecisions',
      (key) => /^\d/.test(key),
      () => null,
      /has entry \d in the log and no row: the row was deleted/,
    ],
    [
      'the copy of a run that lists show',
      'RatchetRuns',
      (key) => key.startsWith('!') && key !== '',
      (row) =>
        row.document0.includes('1f2e3d4c')
          ? { ...row, document0: row.document0.replace('failed', 'passed') }
          : { ...row },
      /and its row !\d+-\w+ was changed/,
    ],
    [
      'a run that has ended, as if it had not',
      'RatchetRuns',
      (key) => key.endsWith('1f2e3d4c'),
      (row) => ({ ...row, document0: row.document0.replace(/"endedAt":"[^"]*"/, '"endedAt":null') }),
      /The row of spam-20260101-1f2e3d4c was changed/,
    ],
    [
      'who approved',
      'RatchetOperations',
      (key) => /^\d/.test(key),
      (row) => ({ ...row, document0: row.document0.replaceAll('ada', 'eve') }),
      /The row of op-1 was changed/,
    ],
    [
      'a release',
      'RatchetReleases',
      (key) => key.endsWith('-release'),
      (row) => ({ ...row, document0: row.document0.replace('settled', 'canary!') }),
      /The row of spam-20260101-1f2e3d4c-release was changed/,
    ],
    [
      'a row, so that nobody can read it',
      'RatchetReleases',
      (key) => key.endsWith('-release'),
      (row) => ({ ...row, document0: '{' }),
      /cannot be read: it was changed/,
    ],
  ])('shows that somebody has changed %s', async (_what, table, fits, change, said) => {
    const [row] = await rowsOf(table, fits);
    const victims = table === 'RatchetRuns' && fits('!') ? await rowsOf(table, fits) : [row!];
    for (const victim of victims) {
      const changed = change(victim);
      if (changed === null) await open(table).deleteEntity(victim.partitionKey, victim.rowKey);
      else await open(table).updateEntity(changed as { partitionKey: string; rowKey: string }, 'Replace');
    }
    const found = await findings();
    for (const victim of victims) await open(table).upsertEntity(victim, 'Replace');
    expect(found).toEqual(expect.arrayContaining([expect.stringMatching(said)]));
    expect(await findings()).toEqual([]);
  });

  it('shows a genuine older answer that was put back in the place of the last one', async () => {
    const [row] = await rowsOf('RatchetDecisions', (key) =>
      key.startsWith(String(9_999_999_999_999 - Date.parse(at(3)))),
    );
    const { decisionRow } = await import('../../../shared/ledger/decisions.ts');
    await open('RatchetDecisions').updateEntity(decisionRow(nth('spam', 3)), 'Replace');
    expect(await findings()).toEqual([
      expect.stringMatching(/The row of metric:spam:3 was changed: it differs from entry 4/),
    ]);
    await open('RatchetDecisions').updateEntity(row!, 'Replace');
  });

  it('shows a row that has no entry, and one that belongs to nothing', async () => {
    const { decisionRow } = await import('../../../shared/ledger/decisions.ts');
    const forged = decisionRow(nth('spam', 7));
    await open('RatchetDecisions').createEntity(forged);
    await open('RatchetRuns').createEntity({
      partitionKey: 'spam',
      rowKey: '!0000000000000-00',
      document0: '{}',
    });
    const found = await findings();
    await open('RatchetDecisions').deleteEntity('spam', forged.rowKey);
    await open('RatchetRuns').deleteEntity('spam', '!0000000000000-00');
    expect(found).toEqual([
      'decisions/spam: metric:spam:7 has a row and no entry in the log: the row was inserted.',
      'runs/spam: The row !0000000000000-00 belongs to no record: it was inserted.',
    ]);
  });

  it('shows, against an export of before, that the log and the ledger were both written anew', async () => {
    const file = await keep('export');
    for await (const { partitionKey, rowKey } of open('RatchetOperations').listEntities())
      await open('RatchetOperations').deleteEntity(partitionKey!, rowKey!);
    ledger = await createWiring(settings).ledger();
    await ledger.recordOperation({ ...approved, model: 'spam', at: at(4), by: 'eve' });
    expect((await type('verify', '--ledger')).code).toBe(0);
    const { code, lines } = await type('verify', file, '--ledger');
    expect(code).toBe(1);
    expect(lines.join('\n')).toContain('operations/spam was rewritten');
  });
});
