import { gateReportPath, manifestLimitBytes, manifestPath } from '../../shared/azure/run-files.ts';
import { hashJson } from '../../shared/config/pin.ts';
import { RatchetError } from '../../shared/errors.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

const reportLimitBytes = 16 * 1024 * 1024;

defineStep('find-held-back', async ({ model, runId }) => {
  const run = await (await wiring.ledger()).getRun(runId);
  const pinned = (await wiring.models()).get(model);
  if (!run || !pinned) return null;
  const { kind, outcome, champion, challenger, registeredVersion, released, signals, configHash } = run;
  const { brokenGlass } = run;
  const facts = {
    runId,
    kind,
    outcome,
    champion,
    challenger,
    registeredVersion,
    released,
    signals,
    configHash,
  };
  const hasReport = outcome === 'gate-failed' || outcome === 'inconclusive';
  return {
    run: { ...facts, model: run.model, ...(brokenGlass && { brokenGlass }) },
    gateReportHash: hasReport ? await hashOf(runId, gateReportPath(runId), reportLimitBytes) : '',
    dataHash: hasReport ? await hashOf(runId, manifestPath(runId), manifestLimitBytes) : '',
    stages: pinned.config.release.stages,
  };
});

/** The hash of a run's document, the same as when it was written: it does not depend on the order of keys. */
async function hashOf(runId: string, path: string, limitBytes: number): Promise<string> {
  const text = await (await wiring.blobs()).readText(path, limitBytes);
  if (text !== null) return hashJson(JSON.parse(text));
  throw new RatchetError(
    'not-found',
    `${path} must say what run ${runId} was made of and judged by; found nothing; somebody may have deleted it: start a new run`,
    { subject: { run: runId } },
  );
}
