/**
 * Judges one file in this process, which does nothing else, and prints one JSON object: how long reading and judging
 * took, and the most memory that was ever resident. Started by bench/gates.ts.
 */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { decisionFields } from '../../shared/config/evaluation-schema.ts';
import { GatesSchema } from '../../shared/config/gate-schema.ts';
import { tasks } from '../../shared/config/metric-catalog.ts';

const JudgingSchema = z.strictObject({
  task: z.enum(tasks),
  gates: GatesSchema,
  evaluation: z.strictObject({ groups: z.string() }).optional(),
  rule: z.strictObject({ costs: decisionFields.costs }).optional(),
});

const [file, judgingText] = process.argv.slice(2);
if (file === undefined || judgingText === undefined) throw new Error('usage: judge-once.ts FILE JUDGING');

const startedMs = performance.now();
const [{ judgeEvidence }, { readingOptionsOf, readPredictions }] = await Promise.all([
  import('../../shared/gates/judge-evidence.ts'),
  import('../../shared/gates/predictions/read-predictions.ts'),
]);
const request = JudgingSchema.parse(JSON.parse(judgingText));
const source = { name: basename(file), chunks: createReadStream(file, { highWaterMark: 2 ** 20 }) };
const predictions = await readPredictions([source], readingOptionsOf(request));
const readMs = performance.now() - startedMs;
const report = judgeEvidence({
  ...request,
  runId: 'bench',
  hasChampion: true,
  predictions,
  metrics: null,
  trackedMetrics: {},
  look: null,
});
const totalMs = performance.now() - startedMs;
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
process.stdout.write(
  `${JSON.stringify({
    readMs,
    totalMs,
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    peakMb: maxRSS / 1024,
    verdict: report.verdict,
    sentence: report.sentence,
    rows: report.rows,
  })}\n`,
);
