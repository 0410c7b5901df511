import * as df from 'durable-functions';
import { gateReportPath, manifestLimitBytes, manifestPath } from '../../shared/azure/run-files.ts';
import { hashJson } from '../../shared/config/pin.ts';
import type { PinnedModel } from '../../shared/config/schema.ts';
import { statusOf } from '../../shared/dispatch/instances.ts';
import type { Run } from '../../shared/domain/run.ts';
import { RatchetError } from '../../shared/errors.ts';
import { basisOf } from '../../shared/release/transitions/probation-basis.ts';
import { channelStages } from '../../shared/release/transitions/stages.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import type { RunInput } from '../run-input.ts';
import type { HeldBack } from '../steps.ts';

const reportLimitBytes = 16 * 1024 * 1024;

defineStep(
  'find-held-back',
  async ({ model, runId }, context) => {
    const run = await (await wiring.ledger()).getRun(runId);
    if (!run) return null;
    const pinned = (await wiring.models()).get(model) ?? (await pinnedInto(df.getClient(context), runId));
    return findHeldBack(run, pinned);
  },
  { extraInputs: [df.input.durableClient()] },
);

/** What a run whose model file was deleted went by. */
async function pinnedInto(client: df.DurableClient, runId: string): Promise<PinnedModel> {
  const status = await statusOf(client, runId, { showInput: true });
  const { pinned } = (status?.input ?? {}) as Partial<RunInput>;
  if (pinned) return pinned;
  throw new RatchetError(
    'not-found',
    `run ${runId} must say to which stages its model is released; its model file was deleted, and its history is gone: put the file back`,
    { subject: { run: runId } },
  );
}

async function findHeldBack(run: Run, pinned: PinnedModel): Promise<HeldBack> {
  const { runId } = run;
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
    release: pinned.config.release,
    freezes: pinned.config.policy.freezes,
    ...(pinned.config.notices && { notices: pinned.config.notices }),
    stages: channelStages(pinned.config.release.stages),
    ...basisOf(pinned.config),
  };
}

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
