import { jobNameOf } from '../../shared/azure/build-job.ts';
import { evidencePath, gateReportPath } from '../../shared/azure/run-files.ts';
import { hashJson } from '../../shared/config/pin.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

/** About two million rows: more does not fit beside other work in a small function app. */
const predictionsLimitBytes = 96 * 1024 * 1024;
const metricsLimitBytes = 1024 * 1024;

defineStep('judge-evidence', async ({ runId, pinned, hasChampion }) => {
  const [blobs, tracking] = await Promise.all([wiring.blobs(), wiring.runsMetrics()]);
  // The metrics and statistics are most of the app's own code: a cold start for anything else need not load them.
  const [{ judgeEvidence }, { fitReport }] = await Promise.all([
    import('../../shared/gates/judge-evidence.ts'),
    import('../../shared/gates/fit-report.ts'),
  ]);
  const [predictions, metricsText, trackedMetrics] = await Promise.all([
    blobs.readText(`${evidencePath(runId)}predictions.csv`, predictionsLimitBytes),
    blobs.readText(`${evidencePath(runId)}metrics.json`, metricsLimitBytes),
    tracking.metricsOf(jobNameOf({ runId, phase: 'evaluate' })),
  ]);
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
