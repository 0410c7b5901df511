import { readFileSync } from 'node:fs';
import type { Verdict } from '../shared/domain/gate-report.ts';
import { judgeEvidence } from '../shared/gates/judge-evidence.ts';
import { isLook } from '../shared/gates/makes-claim.ts';
import { decisionRuleOf } from '../shared/gates/metrics/decision-rule.ts';
import { readingOptionsOf, readPredictions } from '../shared/gates/predictions/read-predictions.ts';
import type { EvidenceFile } from '../shared/gates/predictions/read-table.ts';
import { readTrainIds } from '../shared/gates/predictions/read-train-ids.ts';
import { renderPage } from '../shared/gates/report/render-page.ts';
import { lookAgain } from '../shared/gates/spend-error.ts';
import { readArgs, UsageError } from './command.ts';
import { describeReport } from './describe-report.ts';
import { cannotRead, readEvidenceFile } from './evidence-file.ts';
import { readModel } from './read-model.ts';
import { printJson } from './service.ts';
import { writePage } from './write-page.ts';

/** What a build server sees of a verdict. */
const exitCodes: Readonly<Record<Verdict, number>> = { passed: 0, failed: 1, inconclusive: 2, error: 3 };

const mostLooks = 10_000;

/** `ratchet gate evaluate`: answers the exit code. */
export async function evaluateGates(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, {
    model: { type: 'string' },
    predictions: { type: 'string' },
    metrics: { type: 'string' },
    'train-ids': { type: 'string' },
    thresholds: { type: 'string' },
    'no-champion': { type: 'boolean', default: false },
    run: { type: 'string', default: 'local' },
    look: { type: 'string', default: '1' },
    html: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  if (positionals.length !== 1 || positionals[0] !== 'evaluate') {
    throw new UsageError('name what to do: gate evaluate, or gate plan');
  }
  if (values.model === undefined) throw new UsageError('--model is missing: the model file with the gates');
  if (values.predictions === undefined && values.metrics === undefined) {
    throw new UsageError('nothing to judge: give --predictions, --metrics or both');
  }
  readText(values.model);
  const model = readModel(values.model);
  if (!model) return 3;
  const hasChampion = !values['no-champion'];
  const number = readLook(values.look);
  const look =
    values.predictions !== undefined && isLook(model.gates, hasChampion)
      ? { ...lookAgain(number, model.holdout?.looks), alpha: model.holdout?.alpha }
      : null;
  const judged = judgeEvidence({
    runId: values.run,
    task: model.task,
    gates: model.gates,
    rule: decisionRuleOf(model),
    hasChampion,
    predictions: await readFile(values.predictions, (files) =>
      readPredictions(files, readingOptionsOf(model)),
    ),
    trainIds: await readFile(values['train-ids'], readTrainIds),
    thresholds:
      values.thresholds === undefined
        ? null
        : { trained: null, evaluated: parseMetrics(readText(values.thresholds)) },
    metrics: values.metrics === undefined ? null : parseMetrics(readText(values.metrics)),
    trackedMetrics: {},
    look,
  });
  const report = look === null ? judged : { ...judged, notes: [...judged.notes, uncounted(number)] };
  if (values.html !== undefined) writePage(values.html, renderPage(report));
  if (values.json) printJson(report);
  else for (const line of describeReport(report)) console.log(line);
  return exitCodes[report.verdict];
}

const uncounted = (look: number): string =>
  `judged as look ${look} at this holdout: looks at files are not counted; set --look to say which one it is`;

function readLook(text: string): number {
  const look = Number(text);
  if (Number.isInteger(look) && look >= 1 && look <= mostLooks) return look;
  throw new UsageError(
    `--look must be a whole number from 1 to ${mostLooks}; found ${JSON.stringify(text)}; count this evaluation, too`,
  );
}

/** Null where no file is given. */
const readFile = async <T>(
  file: string | undefined,
  read: (files: readonly EvidenceFile[]) => Promise<T | null>,
): Promise<T | null> => (file === undefined ? null : readEvidenceFile(file, read));

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw cannotRead(file, cause);
  }
}

/** Broken JSON is evidence, too: the report says so. */
function parseMetrics(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
