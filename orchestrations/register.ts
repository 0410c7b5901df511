import type * as df from 'durable-functions';
import { hashJson } from '../shared/config/pin.ts';
import { jobNameOf } from '../shared/domain/job-name.ts';
import { type LineageTags, tagLength, trainingJobOf } from '../shared/domain/lineage.ts';
import type { ModelVersion } from '../shared/domain/run.ts';
import { endless, type Patience } from './patience.ts';
import { takeStep } from './take-step.ts';

/** What a version is made of, for its lineage. */
interface Registration {
  readonly runId: string;
  readonly challenger: ModelVersion;
  readonly signals: readonly string[];
  readonly configHash: string;
  readonly gateReportHash: string;
  readonly dataHash: string;
  /** The version the challenger was judged against. */
  readonly parent: ModelVersion | null;
}

/** Registers a challenger with its lineage, and with the word of those who stood in for the gates. */
export function* register(
  context: df.OrchestrationContext,
  { runId, challenger, signals, configHash, gateReportHash, dataHash, parent }: Registration,
  overrides: Pick<LineageTags, 'ratchetAccepted' | 'ratchetBreakGlass'> = {},
  patience: Patience = endless,
): Generator<df.Task, ModelVersion, unknown> {
  const cut = Object.entries(overrides).map(([tag, text]) => [tag, text.slice(0, tagLength)]);
  return yield* takeStep(
    context,
    'register-model',
    {
      runId,
      challenger,
      // A challenger that was kept was trained by an earlier run.
      jobName: jobNameOf({ phase: 'train', ...(trainingJobOf(challenger.modelUri) ?? { runId }) }),
      tags: {
        ratchetRun: runId,
        // A tag holds 256 characters; the hash ties it to the whole list in the ledger.
        ratchetSignals: `${signals.length} signals, sha256 ${hashJson(signals)}`,
        ratchetConfigHash: configHash,
        ratchetGateReportHash: gateReportHash,
        ratchetDataHash: dataHash,
        ratchetParentVersion: parent?.version ?? 'none',
        ...(parent?.runId && { ratchetParentRun: parent.runId }),
        ...(Object.fromEntries(cut) as typeof overrides),
      },
    },
    patience,
  );
}
