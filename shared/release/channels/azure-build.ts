/**
 * What Azure Pipelines says of a build beyond how it stands: its commit and time, why it failed, what it has attached, and its log.
 *
 * Owns: the requests and what their answers mean. Does not own: starting and cancelling (azure-pipelines.ts), what an attachment
 * may say (shared/elsewhere).
 *
 * Sources (Azure DevOps REST 7.1): "Builds - Get" (`sourceVersion`, `startTime`, `finishTime`), "Timeline - Get" (records of type
 * Task with `result`, `issues`, `log`), "Builds - Get Build Logs" and "Get Build Log" (as JSON, a list of lines: `getBuildLogLines`
 * of azure-devops-node-api), "Attachments - List" and "- Get", which are 7.1-preview.2 (AzureDevOps.Services.OpenApi 1.0.3); "Logging
 * commands", `task.addattachment`. Of an agent that was lost the issue says "We stopped hearing from agent" or, before, "lost
 * communication with the server" (azure-pipelines-agent issues 3094 and 1495).
 */
import type { FailureKind } from '../../domain/job-attempt.ts';
import type { OutsideRun } from '../../domain/pipeline.ts';
import { maskSecrets } from '../../mask-secrets.ts';
import { type Call, type Json, type Rest, statusOf } from './rest.ts';

const previewVersion = '7.1-preview.2';
/** So long a log is looked at where it is. */
const linesAtMost = 100_000;
const partLines = 2_000;

/** What a build came to. */
interface BuildFacts {
  /** Commit of the pipeline's repository; null: the service does not say. */
  readonly commit: string | null;
  /** From its start to its end; undefined: the service does not say. */
  readonly ranMs: number | undefined;
}

/** Why it failed, as far as the service says. */
interface BuildFailure {
  /** For a person, in one line; empty: nothing is known. */
  readonly said: string;
  readonly isAgentLost: boolean;
}

interface BuildLog {
  /** The task whose log it is; null: none has one. */
  readonly task: string | null;
  readonly tasks: readonly { readonly step: string; readonly status: string }[];
  readonly text: string;
  /** The line, from 0, where the next part begins. */
  readonly next: number;
  readonly more: boolean;
  /** Whether the task has ended. */
  readonly hasEnded: boolean;
}

/** A task of a build. */
interface Task {
  readonly name: string;
  readonly state: string;
  readonly result: string;
  readonly startedAt: string;
  readonly logId: number | null;
  readonly issues: readonly string[];
}

export class AzureBuild {
  readonly #rest: Rest;
  readonly #project: string;
  readonly #id: string;

  constructor(rest: Rest, project: string, { id }: OutsideRun) {
    this.#rest = rest;
    this.#project = project;
    this.#id = id.slice(id.indexOf('/') + 1);
  }

  async facts(): Promise<BuildFacts> {
    const { sourceVersion, startTime, finishTime } = await this.#get('');
    const ranMs = Date.parse(String(finishTime)) - Date.parse(String(startTime));
    const isCommit = typeof sourceVersion === 'string' && /^[0-9a-f]{7,64}$/i.test(sourceVersion);
    return {
      commit: isCommit ? sourceVersion : null,
      ranMs: Number.isNaN(ranMs) ? undefined : Math.max(0, ranMs),
    };
  }

  async failure(): Promise<BuildFailure> {
    const { tasks, issues } = await this.#timeline();
    const failed = tasks.find(({ result }) => result === 'failed');
    const lost = issues.find((issue) => agentLost.test(issue));
    const said = lost ?? failed?.issues[0] ?? issues[0] ?? '';
    const task = failed && lost === undefined ? `task ${JSON.stringify(failed.name)} failed` : '';
    return { said: [task, said].filter(Boolean).join(': '), isAgentLost: lost !== undefined };
  }

  /** The JSON of each attachment of that type and name; what is no JSON object is null. */
  async attachments(type: string, name: string): Promise<readonly (Json | null)[]> {
    const { value } = await this.#get(`/attachments/${type}`, { 'api-version': previewVersion });
    const found = [];
    for (const { name: called, _links } of listOf(value)) {
      const { href } = ((_links as Json | undefined)?.['self'] ?? {}) as { href?: unknown };
      // The token goes to addresses of our own making alone.
      const [, timeline, record] =
        /\/builds\/\d+\/([\w-]+)\/([\w-]+)\/attachments\//i.exec(String(href)) ?? [];
      if (called !== name || record === undefined) continue;
      const path = `/${timeline}/${record}/attachments/${type}/${encodeURIComponent(name)}`;
      const query = { 'api-version': previewVersion };
      found.push(await this.#get(path, query, 'application/octet-stream').catch(nullIfNoObject));
    }
    return found;
  }

  /** The log of a task: without a name, of that which failed first, or else began last. */
  async log(step: string | undefined, fromLine: number): Promise<BuildLog> {
    const { tasks: all } = await this.#timeline();
    const tasks = all.map(({ name, state, result }) => ({ step: name, status: result || state }));
    const failed = all.find(({ result }) => result === 'failed');
    const begun = all.findLast(({ logId, startedAt }) => logId !== null || startedAt !== '');
    const task = step === undefined ? (failed ?? begun) : all.find(({ name }) => name === step);
    const nothing = { task: task?.name ?? null, tasks, text: '', next: fromLine, more: false };
    const hasEnded = task?.state === 'completed';
    if (!task || task.logId === null) return { ...nothing, hasEnded };
    const { value } = await this.#get('/logs');
    const known = listOf(value).find(({ id }) => id === task.logId);
    if (Number(known?.['lineCount'] ?? 0) > linesAtMost) {
      const text =
        fromLine === 0 ? `The log has more than ${linesAtMost} lines: look at it in Azure DevOps.\n` : '';
      return { ...nothing, text, next: 1, hasEnded };
    }
    const log = await this.#get(`/logs/${task.logId}`, {}, 'application/json');
    const lines = (Array.isArray(log['value']) ? log['value'] : []).map(String);
    const part = lines.slice(fromLine, fromLine + partLines);
    const next = fromLine + part.length;
    const text = part.map((line) => `${line}\n`).join('');
    return { ...nothing, text, next, more: next < lines.length, hasEnded };
  }

  /** The tasks in the order they began, and the errors of all records. */
  async #timeline(): Promise<{ readonly tasks: readonly Task[]; readonly issues: readonly string[] }> {
    const { records } = await this.#get('/timeline');
    const all = listOf(records);
    const began = (record: Json) => (typeof record['startTime'] === 'string' ? record['startTime'] : '');
    const tasks = all
      .filter(({ type }) => type === 'Task')
      .toSorted((a, b) => ((began(a) || '9') < (began(b) || '9') ? -1 : 1))
      .map((record) => ({
        name: String(record['name'] ?? ''),
        state: String(record['state'] ?? ''),
        result: String(record['result'] ?? ''),
        startedAt: began(record),
        logId: idOf(record['log']),
        issues: errorsOf(record),
      }));
    return { tasks, issues: all.flatMap(errorsOf) };
  }

  #get(path: string, query: Readonly<Record<string, string>> = {}, accept?: string): Promise<Json> {
    const call: Call = {
      asked: `run ${this.#id} of ${this.#project}`,
      subject: { run: this.#id, project: this.#project },
      method: 'GET',
      path: `/${encodeURIComponent(this.#project)}/_apis/build/builds/${encodeURIComponent(this.#id)}${path}`,
      query: { 'api-version': '7.1', ...query },
      ...(accept !== undefined && { accept }),
      isBarredForGood: false,
    };
    return this.#rest.send(call);
  }
}

const agentLost = /stopped hearing from agent|lost communication with the server/i;

/** What a failure of the agent is to whoever tries again; of a task, that its own code failed. */
export const kindOf = ({ isAgentLost }: BuildFailure): FailureKind => (isAgentLost ? 'platform' : 'code');

const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

function idOf(log: unknown): number | null {
  const { id } = (log ?? {}) as { id?: unknown };
  return typeof id === 'number' ? id : null;
}

/** In one line each: they quote what the program has printed. */
function errorsOf({ issues }: Json): string[] {
  return listOf(issues)
    .filter(({ type }) => type === 'error')
    .map(({ message }) =>
      maskSecrets(String(message ?? ''))
        .trim()
        .split(/\r?\n/)[0]!
        .slice(0, 300),
    )
    .map((line) => line.replace(/\.+$/, ''));
}

/** An attachment that is no JSON object was answered all the same. */
function nullIfNoObject(error: unknown): null {
  const status = statusOf(error);
  if (status !== null && status >= 200 && status < 300) return null;
  throw error;
}
