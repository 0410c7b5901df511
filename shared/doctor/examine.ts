/**
 * Everything the app can say of its own health: settings, what it depends on, model files.
 *
 * Owns: which checks there are and that each gives a finding. Does not own: what the laptop sees (cli/doctor).
 *
 * Invariants
 * 1. It always answers, within the limit of one probe: probes go side by side, and settings that cannot be read are a finding.
 * 2. No secret is in it.
 */
import type { ModelFiles } from '../config/model-files.ts';
import { counted } from '../domain/plural.ts';
import { RatchetError } from '../errors.ts';
import { maskSecrets } from '../mask-secrets.ts';
import type { Settings } from '../settings.ts';
import type { Wiring } from '../wiring.ts';
import { examinePermissions } from './examine-permissions.ts';
import { examineSettings } from './examine-settings.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import { probe } from './probe.ts';
import { probesOf } from './probes.ts';

const leastNode = 24;

/** `readFleet` asks the task hub for a state; it throws where the hub is away. */
export async function examine(
  wiring: Wiring,
  readFleet: () => Promise<unknown>,
): Promise<readonly Finding[]> {
  const runtime = examineNode(process.versions.node);
  const hub = probe({
    check: 'task hub',
    role: 'Storage Blob Data Owner, Storage Queue Data Contributor and Storage Table Data Contributor on its own storage account',
    settings: 'AzureWebJobsStorage',
    ask: async () => {
      await readFleet();
      return 'Durable Functions answers';
    },
  });
  let settings: Settings;
  try {
    settings = await wiring.settings();
  } catch (error) {
    return [runtime, settingsProblem(error), await hub];
  }
  const files = await readFiles(wiring);
  const models = 'files' in files ? [...files.files.models.values()].map(({ config }) => config) : [];
  const [permissions, ...probed] = await Promise.all([
    examinePermissions(wiring, settings, models),
    hub,
    ...probesOf(wiring, settings, models).map(probe),
  ]);
  return [runtime, ...examineSettings(settings, models), ...files.findings, ...probed, ...permissions];
}

function examineNode(version: string): Finding {
  return Number(version.split('.')[0]) >= leastNode
    ? ok('runtime', `Node ${version}`)
    : problem('runtime', `Node ${version}`, `run the app on Node ${leastNode} or newer`);
}

function settingsProblem(error: unknown): Finding {
  const said = error instanceof RatchetError ? error.message : maskSecrets(String(error));
  return problem('settings', said, 'set them as docs/settings.md says; until then the app does nothing');
}

async function readFiles(
  wiring: Wiring,
): Promise<
  | { readonly findings: readonly Finding[]; readonly files: ModelFiles }
  | { readonly findings: readonly Finding[] }
> {
  try {
    const files = await wiring.modelFiles();
    return { files, findings: await examineFiles(files) };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return {
      findings: [problem('model files', said, 'set RATCHET_MODELS_DIR to the folder of the model files')],
    };
  }
}

async function examineFiles({ models, broken, fleet }: ModelFiles): Promise<readonly Finding[]> {
  const { describeProblems } = await import('../config/model-files.ts');
  const findings = [...broken].map(([model, problems]) =>
    problem('model files', `${model}: ${describeProblems(problems).join('; ')}`, 'mend it: ratchet validate'),
  );
  if (fleet.problems.length > 0)
    findings.push(
      problem(
        'model files',
        describeProblems(fleet.problems).join('; '),
        'mend fleet.yaml: no run starts until then',
      ),
    );
  if (models.size > 0)
    return [
      ok('model files', `${counted(models.size, 'model')}: ${[...models.keys()].join(', ')}`),
      ...findings,
    ];
  const none = warning('model files', 'there is no valid model file', 'add one: ratchet init');
  return findings.length > 0 ? findings : [none];
}
