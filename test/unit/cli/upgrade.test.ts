import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../../cli/main.ts';
import { describeTakeover } from '../../../cli/upgrade/describe-takeover.ts';
import type { Takeover } from '../../../cli/upgrade/schema.ts';
import { capturePrinted } from './printed.ts';

const { err } = capturePrinted();
const described = (takeover: Takeover): string => stripVTControlCharacters(describeTakeover(takeover));

describe('ratchet upgrade', () => {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-home-'));
  mkdirSync(join(home, 'host'));
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it.each([
    [[], 'expected check, got ""'],
    [['chekc'], 'expected check, got "chekc"; did you mean "check"?'],
    [['check', 'now'], 'check takes no "now"'],
    [['check', '--wait', '2h'], '--wait: expected a duration such as PT2H, got "2h"'],
    [['check', '--since', 'noon'], '--since: expected a time such as 2026-03-02T08:00:00Z, got "noon"'],
    [
      ['check', '--package', 'docs'],
      '--package: expected the folder of an app, with host.json and package.json, got "docs"',
    ],
    [
      ['check', '--storage', 'No_Such'],
      '--storage: expected the name of a storage account (3 to 24 lower-case letters and digits)',
    ],
  ])('says what is wrong with %j', async (args, said) => {
    err.length = 0;
    expect(await main(['upgrade', ...args])).toBe(2);
    expect(err.join('\n')).toContain(said);
  });

  it('names the file of a task hub that is not there', async () => {
    vi.stubEnv('RATCHET_HOME', home);
    err.length = 0;
    expect(await main(['upgrade', 'check'])).toBe(3);
    expect(err.join('\n')).toMatch(
      /host.durable\.db: not found; name the durable\.db of the host to be upgraded/,
    );
    vi.unstubAllEnvs();
  });

  const takeover: Takeover = {
    goesOn: false,
    package: 'dist/package',
    packageVersion: '0.2.0',
    hub: 'durable.db',
    orchestrations: [
      { instanceId: 'a', orchestrator: 'retrain', events: 10, why: null },
      { instanceId: 'b', orchestrator: 'retrain', events: 12, why: 'another step' },
    ],
    entities: [{ name: 'model', key: 'tiny', why: null }],
    failed: [],
    modelFiles: [],
  };

  it('counts what goes on, names what does not, and says what to do', () => {
    const text = described(takeover);
    expect(text).toMatch(/retrain.*2, 1 would break/);
    expect(text).toMatch(/entities.*1, all go on/);
    expect(text).toMatch(/retrain b: another step/);
    expect(text).toMatch(/1 would break\..*ratchet upgrade check --wait PT2H/);
    expect(text).not.toContain('retrain a');
  });

  it('has other steps where nothing would break, and where waiting helps nothing', () => {
    const failed = [{ instanceId: 'c', orchestrator: 'retrain', at: '2026-01-01T00:00:00.000Z', why: 'x' }];
    const [first] = takeover.orchestrations;
    const calm = { ...takeover, orchestrations: [first!] };
    expect(described({ ...calm, failed })).toMatch(/1 has failed\. To do: .*watchdog/);
    expect(described({ ...calm, modelFiles: ['tiny.yaml: x'] })).toMatch(/To do: correct the model files/);
    const entities = [{ name: 'model', key: 'tiny', why: 'unknown' }];
    const unread = described({ ...calm, entities });
    expect(unread).toMatch(/To do: do not deploy it: waiting does not change the state of an entity/);
    expect(unread).not.toContain('--wait');
    expect(described({ ...calm, goesOn: true })).toContain('All of it goes on.');
  });
});
