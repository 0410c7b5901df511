import {
  gateReportPagePath,
  gateReportPath,
  manifestLimitBytes,
  manifestPath,
} from '../../shared/azure/run-files.ts';
import { hashJson } from '../../shared/config/pin.ts';
import type { PinnedModel } from '../../shared/config/schema.ts';
import type { DataManifest } from '../../shared/domain/data-manifest.ts';
import { RatchetError } from '../../shared/errors.ts';
import type { HoldoutLook } from '../../shared/gates/ask-of-look.ts';
import { holdoutVersion } from '../../shared/gates/holdout-version.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import { findEvidence } from './read-evidence.ts';

defineStep('judge-evidence', async ({ runId, pinned, hasChampion, attempts }) => {
  const [blobs, { judgeEvidence }, { isLook }, { fitReport }, { renderPage }] = await Promise.all([
    wiring.blobs(),
    import('../../shared/gates/judge-evidence.ts'),
    import('../../shared/gates/makes-claim.ts'),
    import('../../shared/gates/fit-report.ts'),
    import('../../shared/gates/report/render-page.ts'),
  ]);
  const { hasRows, judge } = await findEvidence(runId, pinned.config, attempts);
  // Counted before anything is judged: a crash between the two costs a look, and never gives one away.
  const look = hasRows && isLook(pinned.config.gates, hasChampion) ? await takeLook(runId, pinned) : null;
  const report = await judge((evidence) => judgeEvidence({ ...evidence, hasChampion, look }));
  await blobs.writeJson(gateReportPath(runId), report);
  await blobs.writeText(gateReportPagePath(runId), renderPage(report), 'text/html; charset=utf-8');
  // The blob has all of it; durable history gets what fits. The hash is that of the whole report.
  return { report: fitReport(report), reportHash: hashJson(report) };
});

/** Writes the run's look at its holdout to the ledger, and answers it. */
async function takeLook(runId: string, { config }: PinnedModel): Promise<HoldoutLook> {
  const [blobs, ledger, { spendError }] = await Promise.all([
    wiring.blobs(),
    wiring.ledger(),
    import('../../shared/gates/spend-error.ts'),
  ]);
  const text = await blobs.readText(manifestPath(runId), manifestLimitBytes);
  if (text === null) throw missingManifest(runId);
  const manifest = JSON.parse(text) as DataManifest;
  const asked = { model: config.model, runId, parts: manifest.evaluate.map(({ name }) => name) };
  const { look, share, spent } = await ledger.takeLook(asked, (parts) =>
    spendError(parts, runId, config.holdout?.looks),
  );
  return { version: holdoutVersion(manifest), look, share, spent, alpha: config.holdout?.alpha };
}

function missingManifest(runId: string): RatchetError {
  return new RatchetError(
    'not-found',
    `${manifestPath(runId)} must say which partitions run ${runId} is judged on; found nothing; somebody may have deleted it: start a new run`,
    { subject: { run: runId } },
  );
}
