/** Whether a run takes an earlier training: what ledger, registry and storage know of one of the same inputs. */
import * as df from 'durable-functions';
import { digestOfModel } from '../../shared/azure/model-digest.ts';
import type { RegisteredVersion } from '../../shared/azure/model-registry.ts';
import { manifestLimitBytes, manifestPath } from '../../shared/azure/run-files.ts';
import { parseDurationMs } from '../../shared/config/duration.ts';
import { findMoving, fingerprintOf, judgementOf } from '../../shared/config/training-fingerprint.ts';
import { readEmbargoes } from '../../shared/dispatch/tell-embargoes.ts';
import type { DataManifest } from '../../shared/domain/data-manifest.ts';
import { trainingRunOf } from '../../shared/domain/lineage.ts';
import type { ModelVersion, Run } from '../../shared/domain/run.ts';
import { isOfPerson } from '../../shared/domain/signal.ts';
import { reuseOf, type Training } from '../../shared/domain/training.ts';
import { RatchetError } from '../../shared/errors.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { usesAtMost } from '../../shared/ledger/trainings.ts';
import { judgeReuse, standingOf } from '../../shared/release/transitions/reusable-training.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep, isFinal } from '../define-step.ts';
import type { FoundTraining } from '../reuse-steps.ts';
import { readTarget } from './read-target.ts';

/** So many of the latest releases of a version are looked through. */
const releasesAtMost = 100;

defineStep(
  'find-training',
  async ({ runId, pinned, signals, champion, scored, now }, context): Promise<FoundTraining> => {
    const { config } = pinned;
    const { model, training: job, release } = config;
    const moving = findMoving(job);
    const none = (why: string, of: string | null): FoundTraining => ({ found: 'none', fingerprint: of, why });
    if (moving)
      return none(
        `training.${moving.path.join('.')} names ${moving.value}, which may be another thing each time`,
        null,
      );
    const ledger = await wiring.ledger();
    const fingerprint = fingerprintOf(config, await readManifest(runId));
    const { fresh, byPerson } = await readWishes(ledger, model, signals);
    if (fresh !== null) return none(`${fresh} asks for a new training`, fingerprint);
    const oldest = new Date(Date.parse(now) - parseDurationMs(reuseOf(job) ?? 'PT0S')!).toISOString();
    const state = await readTarget(context, release);
    const embargoes = await readEmbargoes(ledger, pinned, state, now);

    const known = await ledger.trainings.find(model, fingerprint);
    const trainer = champion && (await findTrainer(ledger, champion, fingerprint));
    const isBarred = embargoes.some(({ version }) => version === champion?.version);
    const trainedAt = trainer?.runId === known?.runId ? known?.endedAt : trainer?.startedAt;
    if (champion && trainer && trainedAt && !isBarred && trainedAt >= oldest) {
      const why = `The champion, version ${champion.version}, was trained by run ${trainer.runId}`;
      return { found: 'in-place', fingerprint, runId: trainer.runId, why };
    }

    if (!known) return none('no training of the same code, data and settings is known', fingerprint);
    const { version, runs, isGone } = await findVersion(ledger, known, model);
    const standing =
      version &&
      standingOf({
        ...{ version: version.version, embargoes, state },
        releases: await ledger.listReleasesOf({ model, version: version.version, limit: releasesAtMost }),
      });
    const verdict = judgeReuse({
      // A step that is repeated has noted its own run.
      training: { ...known, uses: known.uses.filter((use) => use.runId !== runId) },
      ...{ oldest, usesAtMost, byPerson, runs, scored, standing, isGone },
      ...{ isArchived: version?.isArchived ?? false, version: version?.version ?? null },
      judgedBy: judgementOf(config, champion),
      asksPeople: config.onInconclusive === 'ask',
    });
    if (verdict.found !== 'training') return { fingerprint, ...verdict };
    const changed = await findChange(known);
    if (changed !== null) return none(changed, fingerprint);
    await ledger.trainings.use(known, { runId, judgedBy: judgementOf(config, champion) });
    const { uses: _, ...training } = known;
    return { found: 'training', fingerprint, training, version: version && versionOf(version) };
  },
  { extraInputs: [df.input.durableClient()] },
);

async function readManifest(runId: string): Promise<DataManifest> {
  const text = await (await wiring.blobs()).readText(manifestPath(runId), manifestLimitBytes);
  if (text !== null) return JSON.parse(text) as DataManifest;
  throw new RatchetError(
    'not-found',
    `${manifestPath(runId)} must say which data run ${runId} has; found nothing; somebody may have deleted it: start a new run`,
    { subject: { run: runId } },
  );
}

/** Whether anybody whom the run answers is a person, and who of them wants it to train anew. */
async function readWishes(
  ledger: Ledger,
  model: string,
  signals: readonly string[],
): Promise<{ readonly fresh: string | null; readonly byPerson: boolean }> {
  const decisions = await Promise.all(signals.map((id) => ledger.getDecision(model, id)));
  const asked = decisions.flatMap((decision) => decision?.signal ?? []);
  const signal = asked.find(({ fresh }) => fresh);
  return { fresh: signal ? `signal ${signal.id}` : null, byPerson: asked.some(isOfPerson) };
}

/** The run that trained the champion, where it did by the same inputs. */
async function findTrainer(
  ledger: Ledger,
  { modelUri, runId }: ModelVersion,
  fingerprint: string,
): Promise<Run | null> {
  const trainer = trainingRunOf(modelUri) ?? runId;
  const run = trainer === undefined ? null : await ledger.getRun(trainer);
  return run?.reuse?.fingerprint === fingerprint ? run : null;
}

/** The runs that have judged a training, and the version that one of them has registered. */
async function findVersion(ledger: Ledger, { uses }: Training, model: string) {
  const { models } = await wiring.workspace();
  const runs: Run[] = [];
  let version: RegisteredVersion | null = null;
  for (const { runId } of uses) {
    const [run, registered] = await Promise.all([ledger.getRun(runId), models.findOfRun(model, runId)]);
    if (run) runs.push(run);
    version = registered ?? version;
  }
  return { runs, version, isGone: version === null && runs.some((run) => run.registeredVersion !== null) };
}

/** Why the files are not what training left; null: they are. */
async function findChange({ modelUri, digest }: Training): Promise<string | null> {
  const [blobs, { workspace }] = await Promise.all([wiring.blobs(), wiring.settings()]);
  try {
    const found = await digestOfModel(blobs, workspace.id, modelUri);
    return found === digest
      ? null
      : `somebody has changed its files (their digest was ${digest}, and is ${found})`;
  } catch (error) {
    if (isFinal(error)) return `its files cannot be used: ${error.message}`;
    throw error;
  }
}

function versionOf({ name, version, modelUri, runId }: RegisteredVersion): ModelVersion {
  return { name, version, modelUri, ...(runId !== undefined && { runId }) };
}
