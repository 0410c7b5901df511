/** The application, with a ledger that has a release in each of a few states, and what a page of the docs has controllers do. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { appSettings } from '../../../local/launch/cloud-state.ts';
import { type LocalCloud, launchLocalCloud } from '../../../local/launch/local-cloud.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { releaseRow } from '../../unit/lineage/facts.ts';

const tiny = readFileSync(
  fileURLToPath(new URL('../../fixtures/tiny-model/models/tiny.yaml', import.meta.url)),
  'utf8',
);
const served = `${tiny.replace('model: tiny', 'model: served').replace(/^release:[\s\S]*/m, '')}
release:
  target: { kind: online-endpoint, endpoint: served, instanceType: Standard_DS3_v2 }
  stages:
    - { stage: sign-off, kind: approval }
    - { stage: canary, kind: canary, steps: [10], checks: [{ check: errors, metric: error_rate, atMost: 0.1 }] }
    - { stage: production, kind: production }
`;

/** Versions of model `served`: 1 settled, 2 in its canary, 3 rolled back; there is no release of 9. */
export const answers = [
  ['1', 'production', 'yes'],
  ['2', 'canary', 'yes'],
  ['2', 'production', 'wait'],
  ['3', 'canary', 'no'],
  ['9', 'production', 'no'],
] as const;

export interface ControllersWorld {
  readonly local: LocalCloud;
  /** A function key. */
  readonly key: string;
  release(version: string, more: Parameters<typeof releaseRow>[0]): Promise<void>;
  close(): Promise<void>;
}

export async function openControllersWorld({
  home = mkdtempSync(join(tmpdir(), 'ratchet-controllers-')),
  env = {},
}: {
  readonly home?: string;
  readonly env?: Readonly<Record<string, string>>;
} = {}): Promise<ControllersWorld> {
  const modelsFolder = join(home, 'models');
  mkdirSync(modelsFolder);
  writeFileSync(join(modelsFolder, 'tiny.yaml'), tiny);
  writeFileSync(join(modelsFolder, 'served.yaml'), served);
  // Nobody carries these releases, and their endpoint is not there: who looks for what died would take them up.
  const looks = { 'AzureWebJobs.watchdog.Disabled': 'true', 'AzureWebJobs.reconcile-tick.Disabled': 'true' };
  const local = await launchLocalCloud({ home, modelsFolder, keys: true, env: { ...looks, ...env } });
  const keys = JSON.parse(readFileSync(join(home, 'host', 'keys.json'), 'utf8')) as {
    hostKeys: { default: string };
  };
  const ledger = await createWiring(appSettings(local.cloud(), modelsFolder)).ledger();
  const release: ControllersWorld['release'] = (version, more) => {
    const runId = `served-2026030${version}-1f2e3d4c`;
    const model = { name: 'served', version, modelUri: `azureml://models/${version}` };
    return ledger.recordRelease(
      releaseRow({ ...{ runId, releaseId: `${runId}-release`, model, endpoint: 'served' }, ...more }),
    );
  };
  await release('1', { state: 'settled', sentence: 'It serves.' });
  await release('2', { state: 'canary', stage: 'canary', step: 10, endedAt: null, sentence: 'It is tried.' });
  await release('3', { state: 'rolled-back', sentence: 'Its errors were too many.' });
  return {
    ...{ local, key: keys.hostKeys.default, release },
    async close() {
      await local.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The YAML documents of a section of docs/foreign-controllers.md. */
export function shownYaml(section: string): readonly unknown[] {
  const page = readFileSync('docs/foreign-controllers.md', 'utf8');
  const text = page.split(/^## /m).find((each) => each.startsWith(`${section}\n`)) ?? '';
  return [...text.matchAll(/```yaml\n(.*?)```/gs)].map((match) => parse(match[1]!) as unknown);
}
