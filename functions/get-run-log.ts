import { modelFilePath } from '../shared/azure/run-files.ts';
import { readStepLog } from '../shared/azure/step-log.ts';
import { attemptsAtMost, jobNamesIn } from '../shared/domain/job-attempt.ts';
import { jobNameOf, readJobName } from '../shared/domain/job-name.ts';
import { endOfJob } from '../shared/domain/job-status.ts';
import type { Run } from '../shared/domain/run.ts';
import { readTrainingLog } from '../shared/elsewhere/read-log.ts';
import { RatchetError } from '../shared/errors.ts';
import { readChoice, readCount, readOffset } from '../shared/http/read-query.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

const phases = ['train', 'evaluate'] as const;

/**
 * A part of what a job of a run has printed: `?phase=&attempt=&step=&from=`. Without a phase it is the run's latest job, without
 * an attempt the latest one of the phase. Of a pipeline it is the log of a step: without one, of that which failed first, or else
 * began last; of a sweep that of a trial, by its number: without one, of the best, or else that which failed first; of AutoML either; of a training elsewhere, that of a task. `next` in an answer is where the next part begins; `ended` says that no more will come.
 */
serve('get-run-log', {
  route: 'runs/{id}/log',
  method: 'GET',
  access: 'read',
  handler: async (request) => {
    const runId = (request.params['id'] ?? '').slice(0, 200);
    const asked = readChoice(request, 'phase', phases);
    const attempt = request.query.has('attempt')
      ? readCount(request, 'attempt', { fallback: 1, max: attemptsAtMost })
      : undefined;
    const from = readOffset(request, 'from');
    const step = request.query.get('step')?.slice(0, 100);
    const run = await (await wiring.ledger()).getRun(runId);
    if (!run) {
      const message = `no run ${JSON.stringify(runId)} in the ledger; GET /api/runs lists them`;
      throw new RatchetError('not-found', message, { subject: { runId } });
    }
    const logs = await wiring.jobLogs();
    for (const phase of asked === undefined ? phases.toReversed() : [asked]) {
      if (phase === 'train' && run.elsewhere)
        return { jsonBody: await readElsewhere(run, attempt, { step, from }) };
      const jobs = attempt === undefined ? jobNamesIn(run, phase) : [jobNameOf({ runId, phase, attempt })];
      for (const job of jobs) {
        const part = await logs.read(job, from);
        if (!part) continue;
        const of = readJobName(job)?.attempt ?? 1;
        const found = { runId, phase, attempt: of, job };
        const mayHaveParts = part.file === null || step !== undefined;
        const kind = mayHaveParts ? await findPartKind(runId, phase) : null;
        const ofStep =
          kind && (await readPart({ jobName: job, kind, status: part.status, step, fromByte: from }));
        if (step !== undefined && !ofStep) throw noSteps(job, step);
        return { jsonBody: { ...found, ...part, ended: isEnded(part), ...ofStep } };
      }
    }
    const phase = asked ?? 'train';
    const nothing = { job: null, file: null, status: null, text: '', next: from, more: false };
    return { jsonBody: { runId, phase, attempt: attempt ?? null, ...nothing, ended: run.outcome !== null } };
  },
});

/** Of the latest attempt alone: of the others the ledger has the links. */
async function readElsewhere(
  run: Run,
  attempt: number | undefined,
  asked: Parameters<typeof readTrainingLog>[3],
): ReturnType<typeof readTrainingLog> {
  const elsewhere = run.elsewhere!;
  const latest = readJobName(elsewhere.job)?.attempt ?? 1;
  if (attempt !== undefined && attempt !== latest) {
    const message = `the log of attempt ${attempt} is with who ran it: GET /api/runs/${run.runId} has the link; here is that of attempt ${latest}`;
    throw new RatchetError('not-found', message, { subject: { runId: run.runId } });
  }
  return readTrainingLog(await wiring.trainingChannel(elsewhere), run, elsewhere, asked);
}

const modelFileLimitBytes = 1024 * 1024;

/** By what the model file said when the run began: a job that waits for a machine has no log either. */
async function findPartKind(
  runId: string,
  phase: 'train' | 'evaluate',
): Promise<'step' | 'trial' | 'automl' | null> {
  const text = await (await wiring.blobs()).readText(modelFilePath(runId), modelFileLimitBytes);
  const file = JSON.parse(text ?? '{}') as { [part in 'training' | 'evaluation']?: { kind?: unknown } };
  const kind = file[phase === 'train' ? 'training' : 'evaluation']?.kind;
  if (kind === 'sweep') return 'trial';
  if (kind === 'automl') return 'automl';
  return kind === 'pipeline' || kind === 'pipeline-component' ? 'step' : null;
}

async function readPart(asked: Parameters<typeof readStepLog>[1]): ReturnType<typeof readStepLog> {
  const sources = { logs: await wiring.jobLogs(), tracking: await wiring.runsMetrics() };
  const isOpen = asked.kind === 'trial' && asked.step === undefined && endOfJob(asked.status) !== null;
  if (!isOpen) return readStepLog(sources, asked);
  const { sweep } = await (await wiring.workspace()).getJob(asked.jobName);
  return readStepLog(sources, { ...asked, best: sweep?.best ?? null });
}

function noSteps(job: string, step: string): RatchetError {
  const message = `job ${job} is neither a pipeline nor a sweep nor AutoML, and has no ${JSON.stringify(step)}; leave step out`;
  return new RatchetError('bad-request', message, { subject: { job } });
}

function isEnded({ status, more }: { status: string; more: boolean }): boolean {
  return !more && endOfJob(status) !== null;
}
