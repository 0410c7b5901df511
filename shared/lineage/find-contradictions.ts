/**
 * What registry, ledger and storage say differently of one version. Pure.
 *
 * A contradiction is somebody's change: of a tag, a document or a row. Nothing is one for being absent, or from before it
 * was written.
 */
import { hashJson } from '../config/pin.ts';
import { type LineageTags, runTag } from '../domain/lineage.ts';
import type { Run } from '../domain/run.ts';
import type { LineageFacts } from './read-lineage.ts';

/** A run that has not said yet which number it got may have got this one. */
export function isVersionOf({ registeredVersion, endedAt }: Run, version: string): boolean {
  return registeredVersion === null ? endedAt === null : registeredVersion === version;
}

export function findContradictions(version: string, facts: LineageFacts): readonly string[] {
  const { registered, tagged, other, modelFile } = facts;
  const tags: Partial<LineageTags> = registered?.tags ?? {};
  const run = tagged ?? other;
  const found: string[] = [];
  if (tagged && !isVersionOf(tagged, version)) {
    const got =
      tagged.registeredVersion === null
        ? 'registered none'
        : `registered version ${tagged.registeredVersion}`;
    found.push(`The tag ${runTag} names run ${tagged.runId}, which ${got} according to the ledger.`);
    return found;
  }
  if (!run) return found;
  found.push(...findChangedFiles(tags, facts));
  if (modelFile !== null && hashJson(modelFile) !== run.configHash)
    found.push(
      `The model file that run ${run.runId} kept has the hash ${hashJson(modelFile)}, the ledger has ${run.configHash}.`,
    );
  if (tagged) found.push(...findChangedTags(tags, tagged));
  return found;
}

/** The documents of the run against the hashes that were put into the registry with the version. */
function findChangedFiles(
  { ratchetDataHash, ratchetGateReportHash }: Partial<LineageTags>,
  { manifest, gateReport, releases }: LineageFacts,
): readonly string[] {
  const found: string[] = [];
  // As a past champion it was judged anew, on other data.
  const approved = releases.find(({ approval, model }) => approval && model.chosenBy === undefined)?.approval
    ?.subject;
  const compare = (what: string, document: unknown, expected: string | undefined, where: string) => {
    if (document === null || expected === undefined || expected === '' || hashJson(document) === expected)
      return;
    found.push(`${what} in storage has the hash ${hashJson(document)}, ${where} has ${expected}.`);
  };
  compare('The manifest of its data', manifest, ratchetDataHash, 'its tag');
  compare('Its gate report', gateReport, ratchetGateReportHash, 'its tag');
  compare('The manifest of its data', manifest, approved?.dataHash, 'what is to be approved');
  compare('Its gate report', gateReport, approved?.gateReportHash, 'what is to be approved');
  return found;
}

function findChangedTags(tags: Partial<LineageTags>, run: Run): readonly string[] {
  const { ratchetConfigHash, ratchetParentVersion, ratchetSignals } = tags;
  const found: string[] = [];
  if (ratchetConfigHash !== undefined && ratchetConfigHash !== run.configHash)
    found.push(`Its tag says model file ${ratchetConfigHash}, the ledger ${run.configHash}.`);
  const parent = run.champion?.version ?? 'none';
  if (ratchetParentVersion !== undefined && ratchetParentVersion !== parent)
    found.push(
      `Its tag says that it was judged against version ${ratchetParentVersion}, the ledger ${parent}.`,
    );
  // Signals may have joined the run after it registered the version.
  const [, count, hash] = /^(\d+) signals, sha256 ([0-9a-f]{64})$/.exec(ratchetSignals ?? '') ?? [];
  if (count !== undefined && Number(count) === run.signals.length && hash !== hashJson(run.signals))
    found.push(`Its tag has another list of ${count} signals than the ledger.`);
  return found;
}
