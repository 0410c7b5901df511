/**
 * The agent of the local organization: runs the steps of a pipeline that consists of scripts alone, as processes of this machine.
 *
 * Owns: which pipelines those are, what a step gets, what it prints, the logging commands it gives, and how its run ends.
 * Does not own: the runs (runs.ts), how tasks are told (azure-builds.ts).
 *
 * Sources: "YAML schema, steps.bash and steps.script"; "Logging commands" (task.addattachment, task.logissue); "Secret variables"
 * (what a step prints of one is `***`); a task whose script fails has the error "Bash exited with code '1'."
 *
 * Invariants
 * 1. A task is on disk before its process begins. One whose process went with the agent counts as lost, as in the service.
 * 2. A process gets its own variables and PATH, and nothing else of this one's environment.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { Work } from '../clock/work.ts';
import type { PipelineRun, Runs } from './runs.ts';
import type { Tasks } from './tasks.ts';

interface AgentOptions {
  readonly folder: string;
  readonly runs: Pick<Runs, 'finish' | 'unfinished'>;
  readonly tasks: Tasks;
  readonly work: Work;
  readonly now: () => number;
  /** Secret variables of a group that every pipeline has. */
  readonly variables: Readonly<Record<string, string>>;
}

interface Step {
  readonly script: string;
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

const attachmentBytes = 1024 * 1024;
const logBytes = 4 * 1024 * 1024;

export type Agent = ReturnType<typeof openAgent>;

export function openAgent(options: AgentOptions) {
  const { folder, runs, tasks, work, now } = options;
  let isStopped = false;
  const alive = new Map<number, { child: ChildProcess | null; isCancelled: boolean }>();
  for (const { id } of runs.unfinished()) {
    const why =
      'We stopped hearing from agent local. Verify the agent machine is running and has a healthy network connection.';
    tasks.lose(id, now(), why);
    runs.finish(id, 'failed');
  }

  const take = async (run: PipelineRun, steps: readonly Step[]): Promise<void> => {
    const mine = { child: null as ChildProcess | null, isCancelled: false };
    alive.set(run.id, mine);
    let result: 'succeeded' | 'failed' = 'succeeded';
    for (const step of steps) {
      if (mine.isCancelled) break;
      const task = tasks.begin(run.id, step.name, now());
      const code = await runStep(step, { ...options, run, task, isStopped: () => isStopped }, (child) => {
        mine.child = child;
        if (mine.isCancelled) kill(child);
      });
      // As a machine that was turned off: whoever comes after finds it lost.
      if (isStopped) return;
      const ended = mine.isCancelled ? 'canceled' : code === 0 ? 'succeeded' : 'failed';
      if (ended === 'failed') tasks.addIssue(task, `Bash exited with code '${code}'.`);
      tasks.end(task, ended, now());
      if (ended === 'failed') result = 'failed';
      if (ended !== 'succeeded') break;
    }
    alive.delete(run.id);
    runs.finish(run.id, result);
  };

  return {
    /** Null: it has steps other than scripts, and none of them is run. */
    stepsOf: (file: string, parameters: Readonly<Record<string, string>>): readonly Step[] | null =>
      readSteps(parse(readFileSync(join(folder, file), 'utf8')), { ...options, parameters }),
    start(run: PipelineRun, steps: readonly Step[]): void {
      const ended = work.begin();
      void take(run, steps).finally(ended);
    },
    cancel(id: number): void {
      const mine = alive.get(id);
      if (!mine) return;
      mine.isCancelled = true;
      if (mine.child) kill(mine.child);
    },
    stop(): void {
      isStopped = true;
      for (const { child } of alive.values()) if (child) kill(child);
    },
  };
}

interface Stage {
  readonly run: PipelineRun;
  /** Number of the task. */
  readonly task: number;
  readonly isStopped: () => boolean;
}

async function runStep(
  { script, env }: Step,
  { folder, tasks, variables, run, task, isStopped }: AgentOptions & Stage,
  onSpawn: (child: ChildProcess) => void,
): Promise<number | string> {
  const { PATH = '' } = process.env;
  const child = spawn('bash', ['-c', script], {
    cwd: folder,
    env: { PATH, AGENT_NAME: 'local', BUILD_BUILDID: String(run.id), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that all of it can be ended.
    detached: true,
  });
  onSpawn(child);
  const lines = new Lines((line) => {
    if (isStopped()) return;
    const [, command, properties = '', rest = ''] = /^##vso\[(\S+)\s*([^\]]*)\](.*)$/.exec(line) ?? [];
    const given = new URLSearchParams(properties.replaceAll(';', '&'));
    if (command === 'task.addattachment') attach(tasks, task, given, resolve(folder, rest));
    if (command === 'task.logissue' && given.get('type') === 'error')
      tasks.addIssue(task, mask(rest, variables));
    tasks.addLine(task, mask(line, variables), logBytes);
  });
  child.stdout.on('data', (chunk: Buffer) => lines.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => lines.push(chunk));
  return new Promise((done) => {
    child.once('error', (error) => done(error.message));
    child.once('close', (code, signal) => {
      lines.end();
      done(code ?? signal ?? 'unknown');
    });
  });
}

function attach(tasks: Tasks, task: number, given: URLSearchParams, file: string): void {
  const [type, name] = [given.get('type'), given.get('name')];
  if (!type || !name || statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    tasks.addIssue(
      task,
      `Unable to process command '##vso[task.addattachment]': type, name and a file must be given.`,
    );
    return;
  }
  tasks.attach(task, { type, name, content: readFileSync(file).subarray(0, attachmentBytes) });
}

const mask = (text: string, variables: Readonly<Record<string, string>>): string =>
  Object.values(variables).reduce((masked, secret) => masked.replaceAll(secret, '***'), text);

function kill(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

interface Yaml {
  readonly steps?: readonly Readonly<Record<string, unknown>>[];
}

/** "parameters" become text wherever an expression names them; $(NAME) is a variable. */
function readSteps(
  yaml: unknown,
  { parameters, variables }: Pick<AgentOptions, 'variables'> & Pick<PipelineRun, 'parameters'>,
): readonly Step[] | null {
  const { steps } = (yaml ?? {}) as Yaml;
  const isScript = (step: Readonly<Record<string, unknown>>) =>
    typeof (step['bash'] ?? step['script']) === 'string';
  if (!Array.isArray(steps) || steps.length === 0 || !steps.every(isScript)) return null;
  const fill = (text: unknown): string =>
    String(text)
      .replaceAll(/\$\{\{\s*parameters\.(\w+)\s*\}\}/g, (_, name: string) => parameters[name] ?? '')
      .replaceAll(/\$\(([\w.]+)\)/g, (whole, name: string) => variables[name] ?? whole);
  return steps.map((step: Readonly<Record<string, unknown>>) => ({
    script: fill(step['bash'] ?? step['script']),
    name: fill(step['displayName'] ?? (step['bash'] === undefined ? 'CmdLine' : 'Bash')),
    env: Object.fromEntries(
      Object.entries((step['env'] ?? {}) as object).map(([name, value]) => [name, fill(value)]),
    ),
  }));
}

/** What comes in parts, line by line. */
class Lines {
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const lines = `${this.#rest}${chunk.toString('utf8')}`.split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.#onLine(line);
  }

  end(): void {
    if (this.#rest !== '') this.#onLine(this.#rest);
    this.#rest = '';
  }
}
