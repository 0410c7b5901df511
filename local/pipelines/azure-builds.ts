/**
 * What Azure DevOps says of one build: itself, its timeline, its logs and its attachments (REST 7.1).
 *
 * Stricter than the service, or not known of it: attachments are asked for as `7.1-preview.2`, without which the service says that
 * they are under preview; a log is a list of lines only where JSON is asked for; one timeline for each build; no attachments but of
 * tasks that the agent has run.
 */
import { createHash } from 'node:crypto';
import type { Reply } from '../http/json-exchange.ts';
import { refusal } from './azure-refusal.ts';
import type { PipelineRun } from './runs.ts';
import type { TaskRecord, Tasks } from './tasks.ts';

interface Asked {
  readonly version: string;
  readonly accept: string;
  /** After `build/builds/{id}`. */
  readonly path: readonly string[];
}

const isoOf = (ms: number | null): string | undefined =>
  ms === null ? undefined : new Date(ms).toISOString();

/** As a commit would be: by what the file says. */
export const commitOf = (yaml: string): string => createHash('sha1').update(yaml).digest('hex');

/** The same for ever. */
const timelineOf = (run: number): string => `00000000-0000-4000-8000-${String(run).padStart(12, '0')}`;

/** Null: nothing of the kind is understood. */
export function answerBuild(
  tasks: Tasks,
  run: PipelineRun,
  base: string,
  { version, accept, path }: Asked,
): Reply | null {
  const [what, first, second, third, fourth] = path;
  if (what === 'attachments' && path.length === 2) {
    if (version === '7.1') return underPreview(version);
    const value = tasks.attachments(run.id, first!).map(({ record, name }) => ({
      name,
      _links: { self: { href: `${base}/${timelineOf(run.id)}/${record}/attachments/${first}/${name}` } },
    }));
    return { status: 200, body: { count: value.length, value } };
  }
  if (second === 'attachments' && path.length === 5) {
    if (version === '7.1') return underPreview(version);
    const found = tasks
      .attachments(run.id, third!)
      .find((each) => what === timelineOf(run.id) && each.record === first && each.name === fourth);
    if (!found)
      return refusal(
        404,
        'AttachmentNotFoundException',
        `There is no attachment ${fourth} of type ${third}.`,
      );
    return {
      status: 200,
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from(found.content),
    };
  }
  if (version !== '7.1')
    return refusal(
      400,
      'VssVersionOutOfRangeException',
      `The requested REST API version of ${version} is out of range for this server.`,
    );
  if (what === 'timeline' && path.length === 1)
    return { status: 200, body: timeline(run, tasks.list(run.id)) };
  const known = tasks.list(run.id).filter(({ lines }) => lines > 0);
  if (what === 'logs' && path.length === 1) {
    const value = known.map(({ id, lines }) => ({ id, type: 'Container', lineCount: lines }));
    return { status: 200, body: { count: value.length, value } };
  }
  if (what === 'logs' && path.length === 2) {
    const log = known.find(({ id }) => String(id) === first);
    if (!log)
      return refusal(404, 'BuildLogNotFoundException', `Log ${first} of build ${run.id} could not be found.`);
    const value = tasks.linesOf(log.id);
    if (accept.includes('application/json')) return { status: 200, body: { count: value.length, value } };
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: Buffer.from(value.join('\n')) };
  }
  return null;
}

function underPreview(version: string): Reply {
  const message = `The requested version "${version}" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests. For example: "${version}-preview".`;
  return refusal(400, 'VssInvalidPreviewVersionException', message);
}

function timeline(run: PipelineRun, all: readonly TaskRecord[]): object {
  const job = {
    ...{ id: `${timelineOf(run.id)}-job`, parentId: null, type: 'Job', name: 'Job', order: 1 },
    ...{ startTime: isoOf(run.queuedMs), finishTime: isoOf(run.endedMs), log: null, issues: [] },
    ...{ state: run.state === 'completed' ? 'completed' : 'inProgress', result: run.result },
  };
  const records = all.map((task, at) => ({
    ...{ id: task.record, parentId: job.id, type: 'Task', name: task.name, order: at + 1 },
    ...{ startTime: isoOf(task.startedMs), finishTime: isoOf(task.endedMs) },
    ...{ state: task.state, result: task.result },
    log: task.lines > 0 ? { id: task.id, type: 'Container' } : null,
    issues: task.issues.map((message) => ({ type: 'error', category: 'General', message })),
  }));
  return { id: timelineOf(run.id), changeId: 1, records: [job, ...records] };
}
