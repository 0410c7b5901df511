import { attemptsAtMost, jobNamesIn } from '../shared/domain/job-attempt.ts';
import { jobNameOf, readJobName } from '../shared/domain/job-name.ts';
import { endOfJob } from '../shared/domain/job-status.ts';
import { RatchetError } from '../shared/errors.ts';
import { readChoice, readCount, readOffset } from '../shared/http/read-query.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

const phases = ['train', 'evaluate'] as const;

/**
 * A part of what a job of a run has printed: `?phase=&attempt=&from=`. Without a phase it is the run's latest job, without an
 * attempt the latest one of the phase. `next` in an
 * answer is where the next part begins; `ended` says that no more will come.
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
    const run = await (await wiring.ledger()).getRun(runId);
    if (!run) {
      const message = `no run ${JSON.stringify(runId)} in the ledger; GET /api/runs lists them`;
      throw new RatchetError('not-found', message, { subject: { runId } });
    }
    const logs = await wiring.jobLogs();
    for (const phase of asked === undefined ? phases.toReversed() : [asked]) {
      const jobs = attempt === undefined ? jobNamesIn(run, phase) : [jobNameOf({ runId, phase, attempt })];
      for (const job of jobs) {
        const part = await logs.read(job, from);
        if (!part) continue;
        const of = readJobName(job)?.attempt ?? 1;
        return { jsonBody: { runId, phase, attempt: of, job, ...part, ended: isEnded(part) } };
      }
    }
    const phase = asked ?? 'train';
    const nothing = { job: null, file: null, status: null, text: '', next: from, more: false };
    return { jsonBody: { runId, phase, attempt: attempt ?? null, ...nothing, ended: run.outcome !== null } };
  },
});

function isEnded({ status, more }: { status: string; more: boolean }): boolean {
  return !more && endOfJob(status) !== null;
}
