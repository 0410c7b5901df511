/**
 * The state of a target as ledger, registry and storage know it, for one that has lost its own.
 *
 * Owns: what is read for it, and what a release that was under way was to be. Does not own: what is made of it
 * (shared/release/transitions/rebuild-target.ts).
 *
 * Invariant: it answers whole or fails. A release of which neither its run nor the model file of today says what it was
 * to be is left out: nobody knows what to ask of its target.
 */
import { modelFilePath } from '../azure/run-files.ts';
import type { ModelConfig } from '../config/schema.ts';
import { targetKey } from '../domain/durable-names.ts';
import { isUnread } from '../domain/listed-cards.ts';
import type { Operation } from '../domain/operation.ts';
import type { ReleaseRow, SettledVersion } from '../domain/release-state.ts';
import type { Run } from '../domain/run.ts';
import type { Word } from '../domain/word.ts';
import { drillAskedBy } from '../release/transitions/drill-first.ts';
import { basisOf } from '../release/transitions/probation-basis.ts';
import { findQuarantined, rebuildTarget } from '../release/transitions/rebuild-target.ts';
import type { Interrupted } from '../release/transitions/resume-release.ts';
import { candidateOf, stagesOfRollback } from '../release/transitions/rollback-candidate.ts';
import { type Candidate, newTargetState, type TargetState } from '../release/transitions/state.ts';
import { wiring } from '../wiring.ts';
import { findRequesters } from './find-requesters.ts';

/** So many of the latest releases tell which versions were settled, and of the latest orders, which are quarantined. */
const looksBack = 200;
type Ledger = Awaited<ReturnType<typeof wiring.ledger>>;

const modelFileLimitBytes = 1024 * 1024;

export async function readKnownTarget(endpoint: string): Promise<TargetState> {
  const ledger = await wiring.ledger();
  const rows = await listReleases(ledger, endpoint);
  const models = [...new Set(rows.map(({ model }) => model.name))];
  const orders = await Promise.all(
    models.map(async (model) => (await ledger.listOperations({ model, limit: looksBack })).items),
  );
  const quarantined = findQuarantined(orders.flat());
  const { settled } = rebuildTarget(newTargetState, rows);
  const open = rows.filter(({ endedAt }) => endedAt === null);
  const interrupted = await Promise.all(open.map((row) => readInterrupted(ledger, row, settled.at(-1))));
  const state = rebuildTarget(
    newTargetState,
    rows,
    interrupted.flatMap((each) => each ?? []),
  );
  return { ...state, ...(quarantined.length > 0 && { quarantined }) };
}

/** Those of these models that may have a release under way, as far as their cards know. */
export async function findOpenReleases(models: readonly string[]): Promise<ReadonlySet<string>> {
  const names = [...models].sort();
  const listed = await (await wiring.ledger()).cards.list(names[0] ?? '', names.at(-1) ?? '');
  const isOpen = (name: string): boolean =>
    isUnread(name, listed) ||
    (listed.cards.get(name)?.releases.some(({ endedAt }) => endedAt === null) ?? false);
  return new Set(names.filter(isOpen));
}

/** Of the models that go there by their files of today; where none does, of all. */
async function listReleases(ledger: Ledger, endpoint: string): Promise<readonly ReleaseRow[]> {
  const key = targetKey({ endpoint });
  const named = [...(await wiring.models()).values()].flatMap(({ config: { model, release } }) =>
    release.target && targetKey(release.target) === key ? [model] : [],
  );
  const lists = (named.length > 0 ? named : [undefined]).map((model) =>
    ledger.listReleases({ model, limit: looksBack }),
  );
  const all = (await Promise.all(lists)).flatMap(({ items }) => items);
  return all.filter((row) => targetKey(row) === key);
}

async function readInterrupted(
  ledger: Ledger,
  row: ReleaseRow,
  serves: SettledVersion | undefined,
): Promise<Interrupted | null> {
  const pinned = await readModelFile(row);
  const { target } = pinned?.config.release ?? {};
  if (!pinned || !target || targetKey(target) !== targetKey(row)) return null;
  const run = await ledger.getRun(row.runId);
  const about = { model: row.model.name, subject: row.releaseId, limit: looksBack };
  const orders = (await ledger.listOperationsAbout(about)).filter(({ done }) => done);
  const candidate = run ? await ofRun(ledger, row, run, pinned) : ofOrder(row, pinned, orders, serves);
  const back = findBack(orders);
  return { row, candidate, ...(back && { back }) };
}

function findBack(orders: readonly Operation[]): Interrupted['back'] {
  const said = orders.find(
    ({ action: { action } }) => action === 'abort-release' || action === 'reject-release',
  );
  if (!said) return undefined;
  return { word: wordOf(said), end: said.action.action === 'reject-release' ? 'rejected' : 'rolled-back' };
}

const wordOf = ({ by, actor, reason, at }: Operation): Word => ({ by, ...(actor && { actor }), reason, at });

interface ModelFile {
  readonly config: ModelConfig;
  readonly configHash: string | null;
}

/** As its run was pinned to it; an order to go back, and a run that has kept none, go by the file of today. */
async function readModelFile({ runId, model }: ReleaseRow): Promise<ModelFile | undefined> {
  const text = await (await wiring.blobs()).readText(modelFilePath(runId), modelFileLimitBytes);
  if (text !== null) return { config: JSON.parse(text) as ModelConfig, configHash: null };
  return (await wiring.models()).get(model.name);
}

async function ofRun(
  ledger: Ledger,
  { releaseId, runId, model, approval }: ReleaseRow,
  { champion, signals, configHash }: Run,
  { config }: ModelFile,
): Promise<Candidate> {
  const { release, policy, notices } = config;
  // Tags of a past champion are of the run that registered it.
  const registered = model.chosenBy
    ? null
    : await (await wiring.workspace()).models.find(model.name, model.version);
  const tags = registered?.tags ?? {};
  const { gateReportHash = tags['ratchetGateReportHash'] ?? '', dataHash = tags['ratchetDataHash'] ?? '' } =
    approval?.subject ?? {};
  return {
    ...{ releaseId, runId, model, previous: champion, gateReportHash, dataHash, configHash },
    ...{ target: release.target!, stages: release.stages, freezes: policy.freezes },
    ...(await findRequesters(ledger, model.name, signals)),
    ...basisOf(config),
    ...drillAskedBy(release),
    ...(notices && { notices }),
  };
}

/** A rollback by hand, or a drill: no run has begun it. */
function ofOrder(
  { releaseId, model, digest, startedAt, isDrill }: ReleaseRow,
  { config, configHash }: ModelFile,
  orders: readonly Operation[],
  serves: SettledVersion | undefined,
): Candidate {
  const { release, policy, notices } = config;
  const order = {
    ...{ releaseId, target: release.target!, freezes: policy.freezes, configHash: configHash ?? '' },
    ...(notices && { notices }),
  };
  const said = orders.find(({ action }) => action.action === 'roll-back');
  const word = said ? wordOf(said) : { by: 'Ratchet', reason: 'it was under way', at: startedAt };
  if (isDrill) return { ...candidateOf(order, { model, digest }, null), drill: word };
  const candidate = candidateOf(order, { model, digest }, serves?.model ?? null);
  return { ...candidate, stages: stagesOfRollback(release.stages), rollback: word };
}
