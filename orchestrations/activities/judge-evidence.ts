import { jobNameOf } from '../../shared/azure/build-job.ts';
import { evidencePath, gateReportPath } from '../../shared/azure/run-files.ts';
import { hashJson } from '../../shared/config/pin.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

const predictionsFiles = ['predictions.csv', 'predictions.parquet'];
const metricsLimitBytes = 1024 * 1024;

defineStep('judge-evidence', async ({ runId, pinned, hasChampion }) => {
  const [blobs, tracking] = await Promise.all([wiring.blobs(), wiring.runsMetrics()]);
  // The metrics and statistics are most of the app's own code: a cold start for anything else need not load them.
  const [{ judgeEvidence }, { fitReport }, { readPredictions, readingOptionsOf }] = await Promise.all([
    import('../../shared/gates/judge-evidence.ts'),
    import('../../shared/gates/fit-report.ts'),
    import('../../shared/gates/predictions/read-predictions.ts'),
  ]);
  const [written, metricsText, trackedMetrics] = await Promise.all([
    blobs.list(`${evidencePath(runId)}predictions.`),
    blobs.readText(`${evidencePath(runId)}metrics.json`, metricsLimitBytes),
    tracking.metricsOf(jobNameOf({ runId, phase: 'evaluate' })),
  ]);
  const files = written
    .map(({ path }) => ({ name: path.slice(evidencePath(runId).length), chunks: blobs.readChunks(path) }))
    .filter(({ name }) => predictionsFiles.includes(name));
  const predictions = await readPredictions(files, readingOptionsOf(pinned.config));
  const report = judgeEvidence({
    runId,
    task: pinned.config.task,
    gates: pinned.config.gates,
    hasChampion,
    predictions,
    metrics: metricsText === null ? null : parseJson(metricsText),
    trackedMetrics,
  });
  await blobs.writeJson(gateReportPath(runId), report);
  // The blob has all of it; durable history gets what fits. The hash is that of the whole report.
  return { report: fitReport(report), reportHash: hashJson(report) };
});

/** Broken JSON is evidence, too: the judge says so in the report. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { broken: text };
  }
}
