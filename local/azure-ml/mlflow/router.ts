/** MLflow's tracking API (REST 2.0), as far as jobs of this workspace and readers of their results need it. */

import { maskSecrets } from '../../../shared/mask-secrets.ts';
import type { Reply } from '../../http/json-exchange.ts';
import type { Artifacts } from '../artifacts.ts';
import { type Caller, forbidden } from '../auth.ts';
import { mergeDetails } from '../details.ts';
import { experimentIdOf } from '../events.ts';
import type { Request } from '../http.ts';
import type { Routes } from '../match.ts';
import type { Job, JobStore } from '../store/jobs.ts';
import type { TrackingStore } from '../store/tracking.ts';
import { doesNotExist, invalidParameter } from './errors.ts';
import { double, fieldsOf, integer, list, optionalText, text, texts } from './fields.ts';
import { metricBody, type Run, runBody, runInfo } from './runs.ts';
import { parseFilter } from './search.ts';

const mostResults = 999;

export interface MlflowDependencies {
  readonly jobs: JobStore;
  readonly tracking: TrackingStore;
  readonly artifacts: Artifacts;
  /** Runs `change` so that all of it is kept or nothing. */
  inTransaction(change: () => void): void;
  now(): number;
  /** Told of each metric that a run has logged, once that is kept. */
  whenLogged(job: Job, metric: string): void;
}

type Fields = Readonly<Record<string, unknown>>;

const defaultExperiment = 'Default';
const longestParamChars = 6000;

export function mlflowRoutes(deps: MlflowDependencies, caller: Caller): Routes {
  /** `change` answers the names of the metrics that it has logged; one that was logged twice, twice. */
  const write = (change: (job: Job, fields: Fields) => readonly string[]) => (request: Request) => {
    const fields = fieldsOf(request);
    const job = findRun(deps, fields);
    if (caller.kind === 'job' && caller.job !== job.name) throw forbidden(`write to run ${job.name}`);
    let logged: readonly string[] = [];
    deps.inTransaction(() => {
      logged = change(job, fields);
    });
    for (const metric of logged) deps.whenLogged(job, metric);
    return { status: 200, body: {} };
  };
  return {
    'GET /runs/get': (request) => {
      const job = findRun(deps, fieldsOf(request));
      return { status: 200, body: { run: runBody(runOf(deps, job)) } };
    },
    'POST /runs/search': (request) => searchRuns(request, deps),
    'POST /runs/log-metric': write((job, fields) => logBatch(deps, job, { metrics: [fields] })),
    'POST /runs/log-parameter': write((job, fields) => logBatch(deps, job, { params: [fields] })),
    'POST /runs/set-tag': write((job, fields) => logBatch(deps, job, { tags: [fields] })),
    'POST /runs/log-batch': write((job, fields) => logBatch(deps, job, fields)),
    // The end of a run is the end of its job: what a client says of it is taken note of and changes nothing.
    'POST /runs/update': (request) => ({
      status: 200,
      body: { run_info: runInfo(findRun(deps, fieldsOf(request))) },
    }),
    'GET /metrics/get-history': (request) => {
      const fields = fieldsOf(request);
      const history = deps.tracking.history(findRun(deps, fields).name, text(fields, 'metric_key'));
      return { status: 200, body: { metrics: history.map(metricBody), next_page_token: '' } };
    },
    'GET /experiments/get-by-name': (request) => {
      const name = text(fieldsOf(request), 'experiment_name');
      if (name !== defaultExperiment && !deps.jobs.experimentExists(name))
        throw doesNotExist(`Experiment '${name}'`);
      return { status: 200, body: { experiment: experimentBody(name) } };
    },
    'GET /artifacts/list': async (request) => {
      const fields = fieldsOf(request);
      const job = findRun(deps, fields);
      const files = await deps.artifacts.list(job.name, optionalText(fields, 'path') ?? '');
      return { status: 200, body: { root_uri: `${artifactRoot(job)}`, files } };
    },
  };
}

function artifactRoot(job: Job): string {
  return `azureml://experiments/${job.definition.experimentName}/runs/${job.name}/artifacts`;
}

function experimentBody(name: string): object {
  return {
    experiment_id: experimentIdOf(name),
    name,
    lifecycle_stage: 'active',
    artifact_location: '',
    tags: [],
  };
}

function findRun(deps: MlflowDependencies, fields: Fields): Job {
  const id = text(fields, 'run_id', 'run_uuid');
  const job = deps.jobs.find(id);
  if (!job) throw doesNotExist(`Run with id=${id}`);
  return job;
}

function runOf(deps: MlflowDependencies, job: Job): Run {
  return { job, metrics: deps.tracking.latest(job.name), params: deps.tracking.params(job.name) };
}

function logMetric(deps: MlflowDependencies, job: Job, fields: Fields): string {
  const key = text(fields, 'key');
  deps.tracking.addMetric(job.name, {
    key,
    value: double(fields, 'value'),
    timestampMs: integer(fields, 'timestamp', deps.now()),
    step: integer(fields, 'step', 0),
  });
  return key;
}

function logParam(deps: MlflowDependencies, job: Job, fields: Fields): void {
  const key = text(fields, 'key');
  const value = maskSecrets(optionalText(fields, 'value') ?? '');
  if (value.length > longestParamChars) {
    throw invalidParameter(
      `Param value for '${key}' has ${value.length} characters; ${longestParamChars} at most.`,
    );
  }
  const before = deps.tracking.param(job.name, key);
  if (before === undefined) deps.tracking.addParam(job.name, { key, value });
  else if (before !== value) {
    throw invalidParameter(
      `Changing param values is not allowed. Param with key='${key}' was already logged with value='${before}' for run ID='${job.name}'. Attempted logging new value '${value}'.`,
    );
  }
}

function setTags(deps: MlflowDependencies, job: Job, entries: readonly Fields[]): void {
  const tags = Object.fromEntries(
    entries.map((entry) => [text(entry, 'key'), maskSecrets(optionalText(entry, 'value') ?? '')]),
  );
  deps.jobs.setDetails(job.name, mergeDetails(job.details, { tags }));
}

/** Answers the names of the metrics. */
function logBatch(deps: MlflowDependencies, job: Job, fields: Fields): readonly string[] {
  const logged = list(fields, 'metrics').map((metric) => logMetric(deps, job, metric));
  for (const param of list(fields, 'params')) logParam(deps, job, param);
  const tags = list(fields, 'tags');
  if (tags.length > 0) setTags(deps, job, tags);
  return logged;
}

function searchRuns(request: Request, deps: MlflowDependencies): Reply {
  const fields = fieldsOf(request);
  const experimentIds = texts(fields, 'experiment_ids');
  const fits = parseFilter(optionalText(fields, 'filter') ?? '');
  const orderBy = texts(fields, 'order_by');
  if (orderBy.some((order) => !/^(attributes?\.)?start_time( desc)?$/i.test(order.trim()))) {
    throw invalidParameter(
      `order_by: ${orderBy.join(', ')} is not supported; runs come by start_time, latest first`,
    );
  }
  const size = integer(fields, 'max_results', mostResults);
  // The service is seen to refuse more in places (mlflow issue 10694).
  if (size < 1 || size > mostResults)
    throw invalidParameter(`max_results: ${size} is not from 1 to ${mostResults}`);
  const skip = integer({ page_token: optionalText(fields, 'page_token') ?? '0' }, 'page_token');
  const jobs = deps.jobs
    .all()
    .filter((job) => experimentIds.includes(experimentIdOf(job.definition.experimentName)));
  const runs = jobs.map((job) => runOf(deps, job)).filter(fits);
  const page = runs.slice(skip, skip + size).map(runBody);
  const next = skip + size < runs.length ? { next_page_token: String(skip + size) } : {};
  return { status: 200, body: { runs: page, ...next } };
}
