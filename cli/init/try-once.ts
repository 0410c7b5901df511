/**
 * Trains and evaluates once, as a run does, with the files that were just written: what is wrong with the code or the
 * data shows before anything is started.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { readModelFile } from '../../shared/config/load.ts';
import type { GateReportDocument } from '../../shared/domain/gate-report.ts';
import { judgeEvidence } from '../../shared/gates/judge-evidence.ts';
import { decisionRuleOf } from '../../shared/gates/metrics/decision-rule.ts';
import { readingOptionsOf, readPredictions } from '../../shared/gates/predictions/read-predictions.ts';
import { readTrainIds } from '../../shared/gates/predictions/read-train-ids.ts';
import { readEvidenceFile } from '../evidence-file.ts';
import { type Language, languageKinds } from './languages.ts';

export interface Tried {
  readonly outcome: 'trained' | 'failed' | 'not-tried';
  readonly sentence: string;
  readonly verdict: GateReportDocument['verdict'] | null;
}

interface Attempt {
  readonly folder: string;
  readonly model: string;
  readonly language: Language;
  /** Paths of the data files, oldest first, all in one folder. */
  readonly data: readonly string[];
}

const longestMs = 600_000;

export async function tryOnce(attempt: Attempt): Promise<Tried> {
  const { program, probe, needs } = languageKinds[attempt.language];
  if (spawnSync(nodeOr(program), probe, { stdio: 'ignore' }).status !== 0)
    return {
      outcome: 'not-tried',
      verdict: null,
      sentence: `Not trained here: it needs ${needs}, which this machine does not have.`,
    };
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-init-'));
  try {
    return await runJobs(attempt, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A model's `node` is the one that runs this. */
const nodeOr = (program: string): string => (program === 'node' ? process.execPath : program);

async function runJobs({ folder, model, language, data }: Attempt, out: string): Promise<Tried> {
  const { program, extension, epochs } = languageKinds[language];
  const manifest = join(out, 'manifest.json');
  const partitions = data.map((file) => ({ name: basename(file) }));
  writeFileSync(
    manifest,
    JSON.stringify({ model, train: partitions, evaluate: partitions.slice(-4), holdoutShare: 0.3 }),
  );
  const given = ['--data', resolve(dirname(data[0]!)), '--manifest', manifest];
  const jobs = [
    ['train', '--epochs', String(epochs), '--out', join(out, 'model')],
    ['evaluate', '--challenger', join(out, 'model'), '--out', join(out, 'evidence')],
  ] as const;
  for (const [job, ...args] of jobs) {
    const ended = spawnSync(nodeOr(program), [`${job}.${extension}`, ...given, ...args], {
      cwd: join(folder, 'code', model),
      encoding: 'utf8',
      timeout: longestMs,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    });
    if (ended.status !== 0)
      return { outcome: 'failed', verdict: null, sentence: describeFailure(`${job}.${extension}`, ended) };
  }
  const report = await judge(join(folder, 'models', `${model}.yaml`), join(out, 'evidence'));
  const sentence = `Trained and evaluated once here: ${report.sentence}`;
  return { outcome: 'trained', verdict: report.verdict, sentence };
}

function describeFailure(script: string, { status, error, stderr }: SpawnSyncReturns<string>): string {
  const why = error?.message ?? `exit code ${status}`;
  return `${script} failed: ${why}\n${(stderr ?? '').trimEnd().split('\n').slice(-15).join('\n')}`;
}

async function judge(file: string, evidence: string): Promise<GateReportDocument> {
  const parsed = readModelFile(file);
  if ('problems' in parsed) throw new Error(`${file} is not valid: ${parsed.problems[0]?.message}`);
  const { config } = parsed.model;
  return judgeEvidence({
    runId: 'init',
    task: config.task,
    gates: config.gates,
    rule: decisionRuleOf(config),
    hasChampion: false,
    predictions: await readEvidenceFile(join(evidence, 'predictions.csv'), (files) =>
      readPredictions(files, readingOptionsOf(config)),
    ),
    trainIds: await readEvidenceFile(join(evidence, 'train-ids.csv'), readTrainIds),
    thresholds: null,
    metrics: null,
    trackedMetrics: {},
    look: null,
  });
}
