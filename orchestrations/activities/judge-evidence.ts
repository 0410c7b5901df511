import {
  evidencePath,
  gateReportPagePath,
  gateReportPath,
  manifestLimitBytes,
  manifestPath,
} from '../../shared/azure/run-files.ts';
import { hashJson } from '../../shared/config/pin.ts';
import type { PinnedModel } from '../../shared/config/schema.ts';
import type { DataManifest } from '../../shared/domain/data-manifest.ts';
import { jobNameOf } from '../../shared/domain/durable-names.ts';
import { RatchetError } from '../../shared/errors.ts';
import type { HoldoutLook } from '../../shared/gates/ask-of-look.ts';
import { holdoutVersion } from '../../shared/gates/holdout-version.ts';
import { decisionRuleOf } from '../../shared/gates/metrics/decision-rule.ts';
import type { EvidenceFile } from '../../shared/gates/predictions/read-table.ts';
import { inTurn } from '../../shared/in-turn.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

const metricsLimitBytes = 1024 * 1024;
/** Millions of rows take most of what an instance has (docs/jobs.md): one judgement at a time in a process. */
const judgeInTurn = inTurn();

defineStep('judge-evidence', async ({ runId, pinned, hasChampion }) => {
  const [blobs, tracking] = await Promise.all([wiring.blobs(), wiring.runsMetrics()]);
  // The metrics and statistics are most of the app's own code: a cold start for anything else need not load them.
  const [
    { judgeEvidence },
    { isLook },
    { fitReport },
    { renderPage },
    { readPredictions, readingOptionsOf },
    { readTrainIds },
  ] = await Promise.all([
    import('../../shared/gates/judge-evidence.ts'),
    import('../../shared/gates/makes-claim.ts'),
    import('../../shared/gates/fit-report.ts'),
    import('../../shared/gates/report/render-page.ts'),
    import('../../shared/gates/predictions/read-predictions.ts'),
    import('../../shared/gates/predictions/read-train-ids.ts'),
  ]);
  const options = readingOptionsOf(pinned.config);
  const [files, idFiles, metricsText, trackedMetrics] = await Promise.all([
    findTables(runId, 'predictions'),
    options.keepIds ? findTables(runId, 'train-ids') : [],
    blobs.readText(`${evidencePath(runId)}metrics.json`, metricsLimitBytes),
    tracking.metricsOf(jobNameOf({ runId, phase: 'evaluate' })),
  ]);
  // Counted before anything is judged: a crash between the two costs a look, and never gives one away.
  const counts = files.length > 0 && isLook(pinned.config.gates, hasChampion);
  const look = counts ? await takeLook(runId, pinned) : null;
  const report = await judgeInTurn(async () =>
    judgeEvidence({
      runId,
      task: pinned.config.task,
      gates: pinned.config.gates,
      rule: decisionRuleOf(pinned.config),
      hasChampion,
      predictions: await readPredictions(files, options),
      trainIds: await readTrainIds(idFiles),
      metrics: metricsText === null ? null : parseJson(metricsText),
      trackedMetrics,
      look,
    }),
  );
  await blobs.writeJson(gateReportPath(runId), report);
  await blobs.writeText(gateReportPagePath(runId), renderPage(report), 'text/html; charset=utf-8');
  // The blob has all of it; durable history gets what fits. The hash is that of the whole report.
  return { report: fitReport(report), reportHash: hashJson(report) };
});

/** The files of the evidence that hold a table of this name: CSV, Parquet, or wrongly both. */
async function findTables(runId: string, table: 'predictions' | 'train-ids'): Promise<EvidenceFile[]> {
  const blobs = await wiring.blobs();
  const folder = evidencePath(runId);
  return (await blobs.list(`${folder}${table}.`))
    .map(({ path }) => ({ name: path.slice(folder.length), chunks: blobs.readChunks(path) }))
    .filter(({ name }) => name === `${table}.csv` || name === `${table}.parquet`);
}

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

/** Broken JSON is evidence, too: the judge says so in the report. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
