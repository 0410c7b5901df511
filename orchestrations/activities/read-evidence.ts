/** What an evaluation job has left for its gates: of a run, or of a look of a probation. */
import { evidencePath, modelPath } from '../../shared/azure/run-files.ts';
import { metricsOfSteps } from '../../shared/azure/step-runs.ts';
import type { ModelConfig } from '../../shared/config/schema.ts';
import { jobNameOf } from '../../shared/domain/job-name.ts';
import type { EvidenceFile } from '../../shared/gates/predictions/read-table.ts';
import { inTurn } from '../../shared/in-turn.ts';
import { wiring } from '../../shared/wiring.ts';

const metricsLimitBytes = 1024 * 1024;
const thresholdsLimitBytes = 64 * 1024;
/** Millions of rows take most of what an instance has (docs/jobs.md): one judgement at a time in a process. */
const judgeInTurn = inTurn();

interface Left {
  /** Which attempts of the jobs have left it. */
  readonly attempts?: { readonly train: number; readonly evaluate: number } | undefined;
  /** Where the files of the version lie that is judged; null: nobody knows; omitted: where the run's training left them. */
  readonly modelFolder?: string | null;
}

/** Finds the evidence of a run; `hasRows` says whether there are predictions. Nothing is read before `judge` is called. */
export async function findEvidence(
  runId: string,
  config: Pick<ModelConfig, 'task' | 'gates' | 'evaluation'>,
  { attempts = { train: 1, evaluate: 1 }, modelFolder }: Left = {},
) {
  const [blobs, tracking] = await Promise.all([wiring.blobs(), wiring.runsMetrics()]);
  // The metrics and statistics are most of the app's own code: a cold start for anything else need not load them.
  const [{ readPredictions, readingOptionsOf }, { readTrainIds }, { decisionRuleOf }] = await Promise.all([
    import('../../shared/gates/predictions/read-predictions.ts'),
    import('../../shared/gates/predictions/read-train-ids.ts'),
    import('../../shared/gates/metrics/decision-rule.ts'),
  ]);
  const options = readingOptionsOf(config);
  const folder = evidencePath(runId, attempts.evaluate);
  const jobName = jobNameOf({ runId, phase: 'evaluate', attempt: attempts.evaluate });
  const [files, idFiles, metricsText, trackedMetrics] = await Promise.all([
    findTables(folder, 'predictions'),
    options.keepIds ? findTables(folder, 'train-ids') : [],
    blobs.readText(`${folder}metrics.json`, metricsLimitBytes),
    isOfSteps(config) ? metricsOfSteps(tracking, jobName) : tracking.metricsOf(jobName),
  ]);
  const thresholds = await readThresholds(
    {
      model: modelFolder === undefined ? modelPath(runId, attempts.train) : modelFolder,
      evidence: folder,
    },
    config,
  );
  const read = async () => ({
    runId,
    task: config.task,
    gates: config.gates,
    rule: decisionRuleOf(config),
    predictions: await readPredictions(files, options),
    trainIds: await readTrainIds(idFiles),
    metrics: metricsText === null ? null : parseJson(metricsText),
    trackedMetrics,
    thresholds,
  });
  return {
    hasRows: files.length > 0,
    judge: <T>(judge: (evidence: Awaited<ReturnType<typeof read>>) => T): Promise<T> =>
      judgeInTurn(async () => judge(await read())),
  };
}

const isOfSteps = ({ evaluation: { kind } }: Pick<ModelConfig, 'evaluation'>): boolean =>
  kind === 'pipeline' || kind === 'pipeline-component';

/** The files of the evidence that hold a table of this name: CSV, Parquet, or wrongly both. */
async function findTables(folder: string, table: 'predictions' | 'train-ids'): Promise<EvidenceFile[]> {
  const blobs = await wiring.blobs();
  return (await blobs.list(`${folder}${table}.`))
    .map(({ path }) => ({ name: path.slice(folder.length), chunks: blobs.readChunks(path) }))
    .filter(({ name }) => name === `${table}.csv` || name === `${table}.parquet`);
}

/** Null where the model file gives the threshold, or none. */
async function readThresholds(
  folders: { readonly model: string | null; readonly evidence: string },
  { evaluation }: Pick<ModelConfig, 'evaluation'>,
) {
  if (typeof evaluation.threshold !== 'object') return null;
  const [blobs, { evaluatedFile, trainedFile }] = await Promise.all([
    wiring.blobs(),
    import('../../shared/gates/training-thresholds.ts'),
  ]);
  const read = async (path: string): Promise<unknown> => {
    const text = await blobs.readText(path, thresholdsLimitBytes);
    return text === null ? null : parseJson(text);
  };
  const [trained, evaluated] = await Promise.all([
    folders.model === null ? null : read(`${folders.model}${trainedFile}`),
    read(`${folders.evidence}${evaluatedFile}`),
  ]);
  return { trained, evaluated };
}

/** Broken JSON is evidence, too: the judge says so in the report. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
