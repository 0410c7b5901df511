/** A release from its candidate to a rollback by hand, as an operator sees it: by the commands alone. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandOutputs } from '../../cli/command-output-schema.ts';
import { main } from '../../cli/main.ts';
import { advanceTo } from '../../local/clock/advance.ts';
import { capturePrinted } from '../unit/cli/printed.ts';
import { makeEndpoint, stagedModel } from '../world/endpoint.ts';
import { openWorld, type World } from '../world/world.ts';

const stages = `
- { stage: ask, kind: approval, by: [bob] }
- { stage: production, kind: production, keepOld: PT1H }
`.trim();

describe('the commands about a release', () => {
  const { out } = capturePrinted();
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-release-commands-'));
  let nowMs = Date.parse('2026-03-02T00:00:00Z');
  let world: World;

  const pass = async (minutes: number): Promise<void> => {
    nowMs += minutes * 60_000;
    await advanceTo(world.controls(), nowMs, 300_000);
  };
  /** A command as somebody runs it, with its exit code and what it prints. Orders take a moment. */
  const ratchet = async (as: string, ...args: string[]): Promise<{ code: number; text: string }> => {
    out.length = 0;
    const url = world.apiRoot.replace(/\/api$/, '');
    const running = main([...args, '--url', url, '--token', world.tokenOf(as)]);
    if (args.includes('--reason')) await pass(1);
    return { code: await running, text: out.join('\n') };
  };
  const run = async (key: string): Promise<string> => {
    await world.uploadData();
    await world.requestRun(key);
    await pass(15);
    return (await world.runs())[0]!.runId;
  };
  const reason = ['--reason', 'the test says so'] as const;

  beforeAll(async () => {
    writeFileSync(join(folder, 'tiny.yaml'), stagedModel({ stages }));
    const clockStart = new Date(nowMs).toISOString();
    world = await openWorld({ modelsFolder: folder, clock: 'virtual', clockStart });
    await makeEndpoint(world, 'tiny', () => pass(1));
  });
  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('show what waits, approve exactly what they showed, and show what serves', async () => {
    const runId = await run('first');
    expect((await ratchet('vic', 'runs', runId)).text).toContain(`its release: ratchet release ${runId}`);
    expect((await ratchet('vic', 'releases')).text).toMatch(/-release {2}waiting-for-approval {2}version 1 /);
    const { text } = await ratchet('vic', 'release', runId);
    expect(text).toContain('approvers bob, but not ');
    const binding = /--binding ([0-9a-f]{64})/.exec(text)![1]!;

    const approve = ['release', 'approve', runId] as const;
    expect(await ratchet('eve', ...approve, ...reason)).toMatchObject({
      code: 1,
      text: expect.stringContaining('eve is none of those who may approve stage ask: bob.'),
    });
    const other = await ratchet('bob', ...approve, '--binding', 'a'.repeat(64), ...reason);
    expect(other.code).toBe(1);
    expect(other.text).toContain('What was looked at is not what is asked now');
    const approved = await ratchet('bob', ...approve, '--binding', binding, ...reason);
    expect(approved.code).toBe(0);
    expect(approved.text).toContain(binding);
    expect(approved.text).toContain('Approved: version 1 leaves stage ask.');

    await pass(10);
    const serving = await ratchet('vic', 'serving', 'tiny');
    expect(serving).toMatchObject({ code: 0, text: expect.stringMatching(/desired {3}100 % version-1 /) });
    expect(serving.text).toMatch(/observed {2}100 % version-1 .*\n.*\n {2}release .*serving/);
    await pass(90);
    expect((await ratchet('vic', 'release', runId)).text).toContain('settled since');
  });

  it('abort one that waits for a person, and leave what serves alone', async () => {
    const runId = await run('second');
    const aborted = await ratchet('olga', 'release', 'abort', runId, ...reason);
    expect(aborted).toMatchObject({ code: 0, text: expect.stringContaining('the endpoint stays as it is') });
    await pass(5);
    expect((await ratchet('vic', 'release', runId)).text).toContain('rolled-back since');
    expect((await ratchet('vic', 'serving', 'tiny')).text).toMatch(/observed {2}100 % version-1 /);
    const again = await ratchet('olga', 'release', 'abort', runId, ...reason);
    expect(again).toMatchObject({ code: 1, text: expect.stringContaining('is over: rolled-back at') });
  });

  it('go back by hand, frozen or not, and not to what was gone back from', async () => {
    const runId = await run('third');
    await ratchet('bob', 'release', 'approve', runId, ...reason);
    await pass(100);
    expect((await ratchet('vic', 'serving', 'tiny')).text).toMatch(/settled {3}3, .*\n +1, /);
    await ratchet('olga', 'freeze', 'tiny', ...reason);
    const back = await ratchet('olga', 'roll-back', 'tiny', ...reason);
    expect(back).toMatchObject({ code: 0, text: expect.stringContaining('Version 1 is to serve again') });
    await pass(15);
    const twice = await ratchet('olga', 'roll-back', 'tiny', ...reason);
    expect(twice).toMatchObject({ code: 1, text: expect.stringContaining('to version 1 already: serving') });
    await pass(90);
    const { text } = await ratchet('vic', 'serving', 'tiny');
    expect(text).toMatch(/observed {2}100 % version-1 /);
    expect(text).toMatch(/settled {3}1, [^\n]*\n {2}release {3}none/);
  });

  it('print one JSON document each with --json, and nothing else, whatever the answer', async () => {
    const runId = (await world.runs())[0]!.runId;
    const file = join(folder, 'tiny.yaml');
    const walked: Readonly<Record<string, readonly (readonly string[])[]>> = {
      ui: [['ui']],
      validate: [['validate', file]],
      models: [['models'], ['models', 'tiny']],
      inbox: [['inbox']],
      request: [['request', 'tiny', ...reason]],
      report: [['report', 'tiny', 'accuracy=0.99', '--sample', '500']],
      decisions: [['decisions']],
      data: [['data', 'tiny']],
      runs: [['runs'], ['runs', runId]],
      watch: [['watch', runId]],
      logs: [['logs', runId]],
      explain: [
        ['explain', runId],
        ['explain', 'tiny'],
      ],
      trace: [['trace', runId]],
      gate: [['gate', 'plan', '--model', file, '--rows', '1000']],
      freeze: [['freeze', 'tiny', ...reason]],
      thaw: [['thaw', 'tiny', ...reason]],
      mode: [['mode', 'tiny', 'file', ...reason]],
      approve: [['approve', 'tiny', ...reason]],
      withdraw: [['withdraw', 'tiny', ...reason]],
      cancel: [['cancel', runId, ...reason]],
      accept: [['accept', runId, ...reason]],
      refuse: [['refuse', runId, ...reason]],
      'break-glass': [['break-glass', runId, ...reason]],
      releases: [['releases']],
      release: [
        ['release', runId],
        ['release', 'abort', runId, ...reason],
      ],
      'roll-back': [['roll-back', 'tiny', ...reason]],
      quarantine: [['quarantine', 'tiny:2', ...reason]],
      serving: [['serving', 'tiny']],
      lineage: [['lineage', 'tiny']],
      audit: [['audit', 'checkpoint']],
      fleet: [['fleet'], ['fleet', 'stop', ...reason], ['fleet', 'resume', ...reason]],
      operations: [['operations']],
      rebuild: [['rebuild', '--dry-run']],
      whoami: [['whoami']],
      doctor: [['doctor']],
      diff: [['diff', 'tiny', '--file', file]],
    };
    /** Scripts of shells, protocols of their own, and what the tutorials run with --json or a test of its own does. */
    const elsewhere = [
      'completion',
      'mcp',
      'init',
      'up',
      'local',
      'package',
      'backtest',
      'export',
      'test',
      'upgrade',
    ];
    out.length = 0;
    await main(['--help']);
    const names = [...out.join('\n').matchAll(/^ {2}([a-z][a-z-]*) {2,}\S/gm)].map(([, name]) => name!);
    expect(names.filter((name) => !elsewhere.includes(name)).sort()).toEqual(Object.keys(walked).sort());

    const approvers = ['approve', 'accept', 'refuse', 'break-glass'];
    const schemas = commandOutputs as Readonly<
      Record<string, { parse(value: unknown): unknown } | undefined>
    >;
    for (const [name, lines] of Object.entries(walked)) {
      for (const line of lines) {
        const needsNoService = name === 'validate' || name === 'gate';
        out.length = 0;
        const { code, text } = needsNoService
          ? { code: await main([...line, '--json']), text: out.join('\n') }
          : await ratchet(approvers.includes(name) ? 'bob' : 'olga', ...line, '--json');
        expect([0, 1], `${line.join(' ')}: ${text}`).toContain(code);
        const document = JSON.parse(text) as unknown;
        schemas[name]?.parse(document);
      }
    }
  });
});
