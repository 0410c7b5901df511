import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../cli/main.ts';
import { type Takeover, upgradeOutput } from '../../cli/upgrade/schema.ts';
import { capturePrinted } from '../unit/cli/printed.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

const { out } = capturePrinted();

describe('an upgrade with runs in flight', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-upgrade-'));
  const models = join(folder, 'models');
  let world: World;
  let hub: string;

  /** A build of its own: the app as it was built, with a text of it changed everywhere. */
  function build(name: string, [before, after]: readonly [string, string] = ['', '']): string {
    const target = join(folder, name);
    cpSync('dist/app', join(target, 'dist', 'app'), { recursive: true });
    for (const file of ['host.json', 'package.json']) cpSync(file, join(target, file));
    const changed = globSync('dist/app/**/*.js', { cwd: target }).filter((file) => {
      const text = readFileSync(join(target, file), 'utf8');
      const next = before === '' ? text : text.replaceAll(before, after);
      // The maps lead to sources that a copy does not have.
      writeFileSync(join(target, file), next.replace(/\n\/\/# sourceMappingURL=.*/, ''));
      return next !== text;
    });
    expect(changed.length > 0).toBe(before !== '');
    return target;
  }

  /** What a deployment does: the app is stopped, its files are replaced, and it starts on the same task hub. */
  async function deploy(build: string): Promise<void> {
    await world.killHost();
    rmSync(join(folder, 'deployed'), { recursive: true });
    cpSync(build, join(folder, 'deployed'), { recursive: true });
    await world.startHost();
  }

  async function check(build: string, ...more: string[]): Promise<Takeover & { exit: number }> {
    out.length = 0;
    const exit = await main(['upgrade', 'check', '--hub', hub, '--package', build, '--json', ...more]);
    return { ...upgradeOutput.parse(JSON.parse(out.join('\n'))), exit };
  }

  const operate = async (path: string, body: object): Promise<void> => {
    const { status } = await world.ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, reason: 'test' }),
    });
    expect(status).toBe(200);
  };

  const untilWaiting = (model: string) =>
    throughOutages(async () =>
      (await world.runs()).find((run) => run.model === model && /ratchet accept/.test(run.sentence)),
    );

  const untilEnded = (model: string) =>
    throughOutages(async () =>
      (await world.runs()).find((run) => run.model === model && run.outcome !== null),
    );

  const broken = ({ orchestrations }: Takeover) => orchestrations.filter(({ why }) => why !== null);

  beforeAll(async () => {
    const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
    mkdirSync(models);
    for (const model of ['first', 'second', 'frozen']) {
      const text = tiny
        .replace('model: tiny', `model: ${model}`)
        .replaceAll('minimumRows: 4', 'minimumRows: 400')
        .replace('gates:\n', 'onInconclusive: ask\ngates:\n');
      writeFileSync(join(models, `${model}.yaml`), text);
    }
    world = await openWorld({ modelsFolder: models, appFolder: build('deployed') });
    hub = join(world.home, 'host', 'durable.db');
    await operate('models/frozen/operations', { action: 'freeze' });
    for (const model of ['first', 'second', 'frozen']) await world.requestRun('one', model);
    await untilWaiting('first');
    await untilWaiting('second');
  });

  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is gone on with by a build that takes the same steps', async () => {
    const next = build('compatible', ['"Accepted":"Refused"', '"Welcomed":"Refused"']);
    const found = await check(next);
    expect(broken(found)).toEqual([]);
    expect(found).toMatchObject({ exit: 0, goesOn: true, hub, failed: [], modelFiles: [] });
    const names = found.orchestrations.map(({ orchestrator }) => orchestrator).sort();
    expect(names).toEqual(['admit-signal', 'admit-signal', 'admit-signal', 'retrain', 'retrain']);
    expect(found.entities.map(({ name, key }) => `${name} ${key}`)).toContain('model first');

    await deploy(next);
    const { runId } = (await untilWaiting('first'))!;
    await operate('models/first/operations', { action: 'accept-run', runId });
    expect(await untilEnded('first')).toMatchObject({
      outcome: 'released',
      sentence: expect.stringContaining('Welcomed by jane'),
    });
    await operate('models/frozen/operations', { action: 'thaw' });
    await untilWaiting('frozen');
  });

  it('is broken by a build that takes another step, which is said before, and what has failed after', async () => {
    const other = build('incompatible', ['"pin-data"', '"pin-all-data"']);
    const found = await check(other);
    expect(found).toMatchObject({ exit: 1, goesOn: false });
    expect(broken(found).map(({ orchestrator }) => orchestrator)).toEqual(['retrain', 'retrain']);
    for (const { why } of broken(found))
      expect(why).toMatch(
        /history records activity 'pin-data' as step \d+, but the code now asks for activity 'pin-all-data'/,
      );
    out.length = 0;
    expect(await main(['upgrade', 'check', '--hub', hub, '--package', other])).toBe(1);
    expect(out.join('\n')).toMatch(
      /retrain.*2, 2 would break[\s\S]*To do: do not deploy it over the running version/,
    );

    const since = new Date().toISOString();
    await deploy(other);
    const { runId } = (await untilWaiting('second'))!;
    await operate('models/second/operations', { action: 'accept-run', runId });
    const after = await throughOutages(async () => {
      const now = await check(other, '--since', since);
      return now.failed.length > 0 ? now : undefined;
    });
    expect(after.exit).toBe(1);
    expect(after.failed).toMatchObject([
      { instanceId: runId, orchestrator: 'retrain', why: expect.stringContaining('pin-all-data') },
    ]);
  });

  it('waits with --wait for what would break, and for no longer than it is told', async () => {
    const other = join(folder, 'incompatible');
    expect(await main(['upgrade', 'check', '--hub', hub, '--package', other, '--wait', 'PT1S'])).toBe(1);
    await deploy(join(folder, 'compatible'));
    const { runId } = (await untilWaiting('frozen'))!;
    const waiting = main(['upgrade', 'check', '--hub', hub, '--package', other, '--wait', 'PT2M']);
    await operate('models/frozen/operations', { action: 'refuse-run', runId });
    expect(await waiting).toBe(0);
  });
});
