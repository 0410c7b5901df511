import { gateReportPagePath, gateReportPath } from '../../shared/azure/run-files.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import { findEvidence } from './read-evidence.ts';

/** Durable history gets the beginning: all of it is in the report. */
const sentenceLength = 2_000;

defineStep('judge-trial', async ({ trialId, hasChampion, labels, look, decisiveLook, ...config }) => {
  const [blobs, { judgeTrial }, { renderPage }] = await Promise.all([
    wiring.blobs(),
    import('../../shared/gates/judge-trial.ts'),
    import('../../shared/gates/report/render-page.ts'),
  ]);
  const { judge } = await findEvidence(trialId, { ...config, gates: [...config.gates] });
  const numbers = { labels, number: look, decisiveNumber: decisiveLook };
  const { isDecisive, result, report } = await judge((evidence) =>
    judgeTrial({ ...evidence, hasChampion, ...numbers }),
  );
  await blobs.writeJson(gateReportPath(trialId), report);
  await blobs.writeText(gateReportPagePath(trialId), renderPage(report), 'text/html; charset=utf-8');
  return { isDecisive, result: { ...result, sentence: result.sentence.slice(0, sentenceLength) } };
});
