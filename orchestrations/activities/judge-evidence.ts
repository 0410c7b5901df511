import {
  gateReportPagePath,
  gateReportPath,
  manifestLimitBytes,
  manifestPath,
  pastReportPath,
  pathInStore,
} from '../../shared/azure/run-files.ts';
import { hashJson } from '../../shared/config/pin.ts';
import type { PinnedModel } from '../../shared/config/schema.ts';
import type { DataManifest } from '../../shared/domain/data-manifest.ts';
import { jobNameOf } from '../../shared/domain/job-name.ts';
import { trainingJobOf } from '../../shared/domain/lineage.ts';
import { RatchetError } from '../../shared/errors.ts';
import type { HoldoutLook } from '../../shared/gates/ask-of-look.ts';
import { holdoutVersion } from '../../shared/gates/holdout-version.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import { findEvidence } from './read-evidence.ts';

defineStep('judge-evidence', async ({ runId, pinned, hasChampion, attempts, modelUri, pastChampion }) => {
  const [blobs, { judgeEvidence }, { isLook }, { fitReport }, { renderPage }] = await Promise.all([
    wiring.blobs(),
    import('../../shared/gates/judge-evidence.ts'),
    import('../../shared/gates/makes-claim.ts'),
    import('../../shared/gates/fit-report.ts'),
    import('../../shared/gates/report/render-page.ts'),
  ]);
  const modelFolder = pastChampion ? trainedIn(pastChampion.modelUri) : modelUri && folderOf(modelUri);
  const { hasRows, judge } = await findEvidence(runId, pinned.config, {
    attempts,
    ...(modelFolder !== undefined && { modelFolder }),
  });
  const asked = {
    runId,
    lookId:
      pastChampion && attempts ? jobNameOf({ runId, phase: 'evaluate', attempt: attempts.evaluate }) : runId,
    among: pastChampion?.among,
  };
  // Counted before anything is judged: a crash between the two costs a look, and never gives one away.
  const look = hasRows && isLook(pinned.config.gates, hasChampion) ? await takeLook(asked, pinned) : null;
  const report = await judge((evidence) => judgeEvidence({ ...evidence, hasChampion, look }));
  if (pastChampion) await blobs.writeJson(pastReportPath(runId, attempts?.evaluate ?? 1), report);
  // The run's own report is of what it goes on with.
  if (!pastChampion || report.verdict === 'passed') {
    await blobs.writeJson(gateReportPath(runId), report);
    await blobs.writeText(gateReportPagePath(runId), renderPage(report), 'text/html; charset=utf-8');
  }
  // The blob has all of it; durable history gets what fits. The hash is that of the whole report.
  return { report: fitReport(report), reportHash: hashJson(report) };
});

/** Where a version's training has left its files; null: no run of ours trained it. */
function trainedIn(modelUri: string): string | null {
  return trainingJobOf(modelUri) && folderOf(modelUri);
}

const folderOf = (modelUri: string): string => pathInStore(modelUri).replace(/\/?$/, '/');

interface AskedLook {
  readonly runId: string;
  /** What the look is counted under: that of a past champion under its job. */
  readonly lookId: string;
  readonly among: number | undefined;
}

/** Writes the look at the run's holdout to the ledger, and answers it. */
async function takeLook({ runId, lookId, among }: AskedLook, { config }: PinnedModel): Promise<HoldoutLook> {
  const [blobs, ledger, { spendError }] = await Promise.all([
    wiring.blobs(),
    wiring.ledger(),
    import('../../shared/gates/spend-error.ts'),
  ]);
  const text = await blobs.readText(manifestPath(runId), manifestLimitBytes);
  if (text === null) throw missingManifest(runId);
  const manifest = JSON.parse(text) as DataManifest;
  const asked = { model: config.model, runId: lookId, parts: manifest.evaluate.map(({ name }) => name) };
  const { look, share, spent } = await ledger.takeLook(asked, (parts) =>
    spendError(parts, lookId, config.holdout?.looks, among),
  );
  const version = holdoutVersion(manifest);
  const alpha = config.holdout?.alpha;
  return { version, look, share, spent, alpha, ...(among !== undefined && { pastChampions: among }) };
}

function missingManifest(runId: string): RatchetError {
  return new RatchetError(
    'not-found',
    `${manifestPath(runId)} must say which partitions run ${runId} is judged on; found nothing; somebody may have deleted it: start a new run`,
    { subject: { run: runId } },
  );
}
