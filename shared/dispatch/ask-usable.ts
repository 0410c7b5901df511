/**
 * Asks whether a version may enter a stage, for every door that this is asked at: the API, and what other controllers call.
 *
 * Owns: what is read for an answer. Does not own: the rule (shared/release/transitions/judge-usable.ts), how an answer is
 * told to whoever has asked.
 */
import type { PinnedModel } from '../config/schema.ts';
import { targetEntity, targetKey } from '../domain/durable-names.ts';
import { RatchetError } from '../errors.ts';
import { requireModel } from '../http/require-model.ts';
import { judgeUsable, type Usable } from '../release/transitions/judge-usable.ts';
import type { TargetState } from '../release/transitions/state.ts';
import { wiring } from '../wiring.ts';
import { requireRelease } from './find-release.ts';
import { requireKnownModel } from './require-known-model.ts';
import { readEmbargoes } from './tell-embargoes.ts';

/** So many of the latest releases are looked through. */
const releasesAtMost = 1_000;

/** What this needs of a durable client. */
interface EntityReader {
  readEntityState<State>(entity: {
    name: string;
    key: string;
  }): Promise<{ readonly entityExists: boolean; readonly entityState?: State | undefined }>;
}

interface VersionQuestion {
  readonly model: string;
  readonly version: string;
  /** Null: whether it may serve everybody. */
  readonly stage: string | null;
}

type VersionAnswer = VersionQuestion & Usable;

/** Throws `unknown-model`, `not-found` where the model has no target, and `bad-request` where it has no such stage. */
export async function askUsable(client: EntityReader, question: VersionQuestion): Promise<VersionAnswer> {
  const { version, stage } = question;
  const named = { params: { model: question.model } };
  const files = await wiring.modelFiles();
  const model = await requireKnownModel(client, named, files);
  const pinned = files.names.includes(model) ? requireModel(named, files) : undefined;
  const { stages, target } = requireRelease(model, pinned);
  const names = stages.map((each) => each.stage);
  if (stage !== null && !names.includes(stage)) {
    throw new RatchetError(
      'bad-request',
      `stage: model ${model} has no stage ${JSON.stringify(stage.slice(0, 100))}; its stages: ${names.join(', ')}`,
    );
  }
  const ledger = await wiring.ledger();
  const { items } = await ledger.listReleases({ model, limit: releasesAtMost });
  const { entityState } = await client.readEntityState<TargetState>({
    name: targetEntity,
    key: targetKey(target),
  });
  const embargoes = await readEmbargoes(ledger, pinned as PinnedModel, entityState, new Date().toISOString());
  return {
    model,
    version,
    stage,
    ...judgeUsable({ model, version, stage, stages, releases: items, embargoes }),
  };
}
