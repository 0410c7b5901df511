import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { backtestOutput } from '../../../cli/backtest/schema.ts';
import { main } from '../../../cli/main.ts';
import { capturePrinted } from '../cli/printed.ts';

const { out, err } = capturePrinted();
const recorded = 'test/fixtures/histories/demo.jsonl';
const folder = mkdtempSync(join(tmpdir(), 'backtest-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function play(...args: string[]) {
  out.length = 0;
  expect(await main(['backtest', 'spam-filter', '--json', ...args]), err.join('\n')).toBe(0);
  return backtestOutput.parse(JSON.parse(out.join('\n')));
}

/** What the service has recorded of the demo, which ran through freezes, cooldowns, drift, a broken upload and a roll-back. */
describe('the recorded history of a real run', () => {
  it('comes to the same decisions under the policy that ran, one by one', async () => {
    const { record, policies } = await play('--events', recorded);
    expect(record).toEqual({ decisions: 33, same: 33, secondsApart: 0, differences: [] });
    expect(policies[0]!.runs).toMatchObject({ started: 7, recorded: 7 });
    expect(policies[0]!.signals).toContainEqual({ outcome: 'rejected', reason: 'data-refused', signals: 1 });
    expect(policies[0]!.waits.map(({ reason }) => reason).sort()).toEqual([
      ...['cooldown', 'freeze', 'quiet', 'too-little-data'],
    ]);
  });

  it('lists what comes out otherwise, with the reason', async () => {
    const lines = readFileSync(recorded, 'utf8').split('\n');
    const changed = lines.map((line) =>
      line.includes('"type":"data"') && line.includes('2002-09-12.csv') ? '' : line,
    );
    const file = join(folder, 'changed.jsonl');
    writeFileSync(file, changed.join('\n'));
    const { record } = await play('--events', file);
    expect(record!.differences).toContainEqual({
      signalId: expect.stringContaining('2002-09-12.csv'),
      recorded: 'rejected (too-little-data)',
      played: null,
      why: 'the history does not have the fact that the signal came of, or the model file does not listen to it',
    });
    expect(record!.same).toBeGreaterThan(25);
  });

  it('is played under another policy beside it, with what differs and what nobody knows', async () => {
    const policy = join(folder, 'quick.yaml');
    writeFileSync(policy, 'policy: { cooldown: P1D }\n');
    const { policies, differences } = await play('--events', recorded, '--policy', policy);
    const [base, other] = policies;
    expect(policies.map(({ name }) => name)).toEqual(['in force', policy]);
    expect(other!.runs.started).toBeGreaterThan(base!.runs.started);
    expect(differences[0]!.sentence).toMatch(
      /^This policy would have started 12 runs for .* h of jobs, the one in force 7 runs for .* days earlier, to 1 more /,
    );
    expect(differences[0]!.onlySecond.every(({ isRecorded }) => !isRecorded)).toBe(true);
    expect(other!.losses!.unknownWindows).toBeGreaterThan(0);
    expect(other!.losses!.most).toBeGreaterThan(other!.losses!.known);
    expect(other!.regret).toMatchObject({ said: false });
    expect(other!.cannotSay.join('\n')).toContain('The loss is no number: it lies between');
  });

  it('is a page that loads nothing and runs nothing', async () => {
    const file = join(folder, 'page.html');
    await play('--events', recorded, '--html', file);
    const page = readFileSync(file, 'utf8');
    expect(page).toContain('33 of 33 decisions are the same');
    expect(page).not.toMatch(/<script|https?:\/\/|src=|@import/);
  });

  it('counts from a day on, up to another', async () => {
    const { policies, from, until } = await play(
      ...['--events', recorded, '--from', '2002-09-01', '--until', '2002-10-01'],
    );
    expect([from, until]).toEqual(['2002-09-01T00:00:00.000Z', '2002-10-01T00:00:00.000Z']);
    expect(policies[0]!.runs.started).toBe(2);
  });

  it('refuses what cannot be read, with what to do', async () => {
    const broken = join(folder, 'broken.jsonl');
    writeFileSync(broken, '{"type":"metric","at":"2026-01-01"}\n\nno\n{"type":"end","at":"soon"}\n');
    expect(await main(['backtest', 'spam-filter', '--events', broken])).toBe(3);
    expect(err.join('\n')).toContain('line 1: type "metric"; did you mean "metrics"?');
    expect(err.join('\n')).toContain('line 3: is not JSON; it begins "no"');
    expect(err.join('\n')).toContain('line 4: end.at: expected an ISO 8601 time');
    expect(await main(['backtest', 'spam-filter', '--events', recorded, '--run-outcome', 'pass'])).toBe(2);
    expect(err.join('\n')).toContain('--run-outcome: expected released or gate-failed, got "pass"');
    const parts = join(folder, 'parts.yaml');
    writeFileSync(parts, 'policy:\n  coldown: P1D\n');
    expect(await main(['backtest', 'spam-filter', '--events', recorded, '--policy', parts])).toBe(3);
    expect(err.join('\n')).toMatch(/parts\.yaml:2: .*coldown.*cooldown/);
  });
});

describe('ratchet test', () => {
  it('passes the tests of the sample models', async () => {
    out.length = 0;
    expect(await main(['test']), out.join('\n')).toBe(0);
    expect(out.at(-1)).toMatch(/^\d+ passed, 0 failed$/);
  });

  it('says what is not as expected', async () => {
    copyFileSync('models/spam-filter.yaml', join(folder, 'spam-filter.yaml'));
    const file = join(folder, 'spam-filter.tests.yaml');
    const given = '{ at: 2002-09-30T08:00:00Z, request: ada }';
    const expected = '{ signal: manual:spam-filter, outcome: admitted, reason: idle, waits: [] }';
    writeFileSync(
      file,
      `tests: [{ test: it starts, given: [${given}], until: 2002-10-06T00:00:00Z, expect: { runs: 2, decisions: [${expected}] } }]`,
    );
    out.length = 0;
    expect(await main(['test', file])).toBe(1);
    expect(out.join('\n')).toContain('expected 2 runs, and 1 started');
    expect(out.join('\n')).toContain('expected reason idle, got hold-over, waits for nothing, got freeze;');
    writeFileSync(
      file,
      'tests: [{ test: t, given: [{ at: 2002-09-30T08:00:00Z, requests: ada }], expect: {} }]',
    );
    expect(await main(['test', file])).toBe(3);
  });
});
