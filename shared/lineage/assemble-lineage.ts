/**
 * Makes one document of what was found of a version, and says what is not known and what does not agree. Pure.
 *
 * Invariants
 * 1. Nothing is guessed: what nobody has written down is in `notKnown`.
 * 2. A tag is what somebody wrote into the registry. It counts as far as the ledger says the same, and where hashes can be
 *    computed again they are: what differs is in `contradictions`.
 */
import { hashJson } from '../config/pin.ts';
import type { DataManifest } from '../domain/data-manifest.ts';
import { runTag } from '../domain/lineage.ts';
import type { Run } from '../domain/run.ts';
import { type DataFacts, lineageSchemaVersion, type VersionLineage } from '../domain/version-lineage.ts';
import { describeModelFile } from './describe-model-file.ts';
import { findContradictions, isVersionOf } from './find-contradictions.ts';
import type { LineageFacts } from './read-lineage.ts';

const partitionsAtMost = 1_000;

interface LineageSubject {
  readonly model: string;
  readonly version: string;
  /** Resource id. */
  readonly workspace: string;
}

/** Null: neither registry nor ledger knows the version. */
export function assembleLineage(subject: LineageSubject, facts: LineageFacts): VersionLineage | null {
  const { registered, releases, signals, signalsLeftOut, operations } = facts;
  const run = facts.tagged ?? facts.other;
  if (!registered && !run && releases.length === 0) return null;
  const contradictions = findContradictions(subject.version, facts);
  const origin = originOf(subject.version, facts);
  const own = origin === 'unclear' ? null : run;
  return {
    schemaVersion: lineageSchemaVersion,
    ...subject,
    origin,
    sentence: `${describeOrigin(subject, origin, facts)}${describeChoices(facts)}`,
    registered: registered && {
      modelUri: registered.modelUri,
      createdAt: registered.createdAt ?? null,
      tags: registered.tags,
    },
    digest: releases.find(({ digest }) => digest !== null)?.digest ?? null,
    run: own,
    trainedBy: own && facts.trainedBy,
    chosenBy: facts.chosenBy,
    signals: own ? signals : [],
    signalsLeftOut: own ? signalsLeftOut : 0,
    modelFile: own && describeModelFile(own.configHash, facts.modelFile, facts.components),
    trainedOn: own && describeData(facts.trainingManifest, 'train'),
    judgedOn: own && describeData(facts.manifest, 'evaluate'),
    gateReport: own && describeReport(own, facts),
    replaces: own?.champion ? { version: own.champion.version, runId: own.champion.runId ?? null } : null,
    operations,
    releases,
    notKnown: findUnknown(own, origin, facts),
    contradictions,
  };
}

function originOf(version: string, { registered, tagged, other }: LineageFacts): VersionLineage['origin'] {
  const tag = registered?.tags[runTag];
  if (tag !== undefined) return tagged && isVersionOf(tagged, version) ? 'run' : 'unclear';
  if (!other) return 'hand';
  return other.kind === 'promote' ? 'hand' : registered ? 'unclear' : 'run';
}

function describeOrigin(
  { model, version }: LineageSubject,
  origin: VersionLineage['origin'],
  { registered, tagged, other, trainedBy }: LineageFacts,
): string {
  const name = `Version ${version} of ${model}`;
  const gone = registered ? '' : ' It is not in the registry any more.';
  if (origin === 'run') {
    const trained = trainedBy ? `trained by run ${trainedBy.runId} and registered` : 'trained and registered';
    return `${name} was ${trained} by run ${(tagged ?? other)!.runId}.${gone}`;
  }
  if (origin === 'unclear') {
    const tag = registered?.tags[runTag];
    return tag === undefined
      ? `${name} has no tag ${runTag}, and the ledger has run ${other!.runId} register it: somebody has changed its tags.`
      : `${name} has the tag ${runTag}=${tag}, and the ledger does not say that this run registered it.`;
  }
  const judged = other ? `; run ${other.runId} judged it` : '; no run of Ratchet has judged it';
  return `${name} was not made by Ratchet: somebody else registered it${judged}.${gone}`;
}

function describeChoices({ chosenBy }: LineageFacts): string {
  if (chosenBy.length === 0) return '';
  return ` It was released again without training, chosen by ${chosenBy.map((run) => `run ${run}`).join(', ')}.`;
}

function describeData(manifest: DataManifest | null, part: 'train' | 'evaluate'): DataFacts | null {
  if (!manifest) return null;
  const all = manifest[part];
  const { runId, holdoutShare, refusedCount = 0 } = manifest;
  return {
    runId,
    hash: hashJson(manifest),
    partitions: all.slice(0, partitionsAtMost),
    partitionsLeftOut: Math.max(0, all.length - partitionsAtMost),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    holdoutShare,
    refused: refusedCount,
  };
}

function describeReport({ runId }: Run, { gateReport }: LineageFacts): VersionLineage['gateReport'] {
  if (!gateReport) return null;
  const { verdict, sentence, rows, gates } = gateReport;
  return {
    ...{ runId, hash: hashJson(gateReport), verdict, sentence, rows },
    gates: gates.map(
      ({
        gate,
        kind,
        metric,
        severity,
        rule,
        verdict: said,
        sentence: why,
        challenger,
        champion,
        interval,
        n,
      }) => ({
        ...{ gate, kind, metric, severity, rule, verdict: said, sentence: why },
        ...{ challenger, champion, interval, n },
      }),
    ),
  };
}

function findUnknown(
  run: Run | null,
  origin: VersionLineage['origin'],
  facts: LineageFacts,
): readonly string[] {
  const { registered, releases, modelFile, manifest, trainingManifest, gateReport, signals } = facts;
  const missing: string[] = [];
  const note = (isMissing: boolean, sentence: string) => isMissing && missing.push(sentence);
  note(!registered, 'Its files, tags and time of registration: the registry does not have it any more.');
  if (!run) {
    note(true, 'Who asked for it, what it was trained on and with which code: no run of the ledger made it.');
  } else {
    note(
      origin === 'hand',
      'How it was trained, on which data and with which code: whoever registered it knows.',
    );
    note(manifest === null, `The data it was judged on: run ${run.runId} has left no manifest in storage.`);
    note(
      origin === 'run' && trainingManifest === null,
      'The data it was trained on: there is no manifest in storage.',
    );
    note(
      modelFile === null,
      `Code and environment of its jobs: run ${run.runId} kept only the hash of its model file.`,
    );
    note(gateReport === null, `What its gates said: run ${run.runId} has left no gate report in storage.`);
    const lost = signals.filter(({ decision }) => decision === null).length;
    note(lost > 0, `The decisions on ${lost} of its signals: the ledger does not have them.`);
  }
  note(releases.length === 0 && !run?.released, 'Whether and where it serves: Ratchet has not released it.');
  note(
    releases.length > 0 && releases.every(({ digest }) => digest === null),
    'The digest of its files: no release of it has deployed it.',
  );
  note(
    releases.some(({ trail }) => trail === undefined),
    'All that some of its releases went through: they are of before that was kept.',
  );
  return missing;
}
