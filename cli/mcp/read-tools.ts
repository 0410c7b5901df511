/** What an assistant may read: one tool for each question that people ask of the service. */
import { z } from 'zod';
import { readExplanation } from '../explain.ts';
import { listingPath } from '../listing.ts';
import type { LogPart } from '../logs.ts';
import { encodeId } from '../service.ts';

/** Asks the service for a path below its API. */
export type Ask = (path: string) => Promise<unknown>;

interface ReadTool<Input = never> {
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodType<Input>;
  read(ask: Ask, input: Input): Promise<unknown>;
}

const define = <Input>(tool: ReadTool<Input>): ReadTool => tool as unknown as ReadTool;

const model = z.string().min(1).max(250).describe('Name of a model; list_models lists them');
const version = z.string().min(1).max(100).describe('Version of the model in the registry, such as 7');
const runId = z.string().min(1).max(250).describe('Id of a run, such as spam-filter-20020902-1f2e3d4c');
const releaseId = z
  .string()
  .min(1)
  .max(250)
  .describe('Id of a release: the id of its run, followed by -release');
/** An answer an assistant can take in; `continuation` has the rest. */
const page = {
  limit: z.int().min(1).max(100).default(20).describe('How many, newest first'),
  continuation: z
    .string()
    .max(4_000)
    .optional()
    .describe('continuation of the previous answer: gives the next page'),
};
const ofOneOrAll = z.strictObject({ model: model.optional(), ...page });
const segment = encodeURIComponent;

export const readTools: Readonly<Record<string, ReadTool>> = {
  whoami: define({
    title: 'Who am I',
    description: 'Who you are to the service, your roles, and what they allow (may).',
    input: z.strictObject({}),
    read: (ask) => ask('whoami'),
  }),
  get_fleet: define({
    title: 'The fleet',
    description:
      'The kill switch, how many runs may run at once, which signals wait for a slot, and the compute hours spent against the budget.',
    input: z.strictObject({}),
    read: (ask) => ask('fleet'),
  }),
  list_models: define({
    title: 'Models',
    description:
      'Models in the order of their names, each with its champion and since when, the current run, which signals wait and why, mode, freezes, budget, and problems of its model file.',
    input: z.strictObject({ ...page, limit: page.limit.describe('How many, in the order of their names') }),
    read: (ask, input) => ask(listingPath('models', input)),
  }),
  get_model: define({
    title: 'A model',
    description:
      'The state of one model: a sentence, champion, health with the last values and their limits, last decision, what waits and for whom, run, release, budget left, next schedule.',
    input: z.strictObject({ model }),
    read: (ask, input) => ask(listingPath('overview', input)),
  }),
  list_decisions: define({
    title: 'Decisions',
    description:
      'Decisions on signals, newest first, each with its reason: also why something did NOT start a run, and what would change that (changedBy).',
    input: z.strictObject({
      model: model.optional(),
      outcome: z.string().max(40).optional().describe('Only those with this outcome, such as rejected'),
      since: z.iso.datetime({ offset: true }).optional().describe('Only those decided at or after'),
      ...page,
    }),
    read: (ask, input) => ask(listingPath('decisions', input)),
  }),
  explain: define({
    title: 'Explain a signal, a run or a model',
    description:
      'Of a signal or a run the whole chain: what was reported or requested, the decision and its reason, the run, its gates, what operators did meanwhile. Of a model what it would decide now, what would change that, and the rules of its file in plain words.',
    input: z.strictObject({
      id: z
        .string()
        .min(1)
        .max(1_000)
        .describe('Id of a signal (it has colons) or of a run, or the name of a model'),
    }),
    read: (ask, { id }) => readExplanation(ask, id),
  }),
  list_runs: define({
    title: 'Runs',
    description: 'Runs, newest first: phase or outcome, and the sentence that says why.',
    input: ofOneOrAll,
    read: (ask, input) => ask(listingPath('runs', input)),
  }),
  get_run: define({
    title: 'A run and its gate report',
    description:
      'One run with its gate report: for every gate the verdict, the numbers with their confidence limits, and the sentence; and its progress while it is under way.',
    input: z.strictObject({ runId }),
    read: (ask, input) => ask(`runs/${segment(input.runId)}`),
  }),
  read_run_log: define({
    title: 'Log of a job',
    description: "The end of the log of a run's training or evaluation job.",
    input: z.strictObject({
      runId,
      phase: z.enum(['train', 'evaluate']).optional().describe('Omitted: the latest job of the run'),
      attempt: z
        .int()
        .min(1)
        .optional()
        .describe('Of the phase, from 1; get_run has those that failed before. Omitted: the latest'),
      step: z
        .string()
        .max(100)
        .optional()
        .describe(
          'Of a training that is a pipeline: the name of a step; omitted, that which failed, or else began last. Of a sweep: the number of a trial; omitted, the best, or else that which failed first. Of AutoML: either, as `prepare` or `3`',
        ),
    }),
    read: (ask, input) => readEndOfLog(ask, input),
  }),
  list_releases: define({
    title: 'Releases',
    description: 'Releases, newest first: state, stage, and what each waits for.',
    input: ofOneOrAll,
    read: (ask, input) => ask(listingPath('releases', input)),
  }),
  get_release: define({
    title: 'A release',
    description:
      'One release: its state and stage, the last results of its checks, its approvals and what an approval would be of, why it waits for a person, and who was notified.',
    input: z.strictObject({ releaseId }),
    read: (ask, input) => ask(`releases/${segment(input.releaseId)}`),
  }),
  get_serving: define({
    title: 'What serves',
    description:
      'What serves a model: desired and observed traffic, settled versions, embargoes, the last rollback drill.',
    input: z.strictObject({ model }),
    read: (ask, input) => ask(`models/${segment(input.model)}/serving`),
  }),
  may_version_be_used: define({
    title: 'May a version be used',
    description: 'Whether a version may enter a stage of its release: yes, no or wait, with the reason.',
    input: z.strictObject({
      model,
      version,
      stage: z.string().min(1).max(100).optional().describe('Omitted: the production stage'),
    }),
    read: (ask, { stage, ...input }) => {
      const query = stage === undefined ? '' : `?stage=${segment(stage)}`;
      return ask(`models/${segment(input.model)}/versions/${segment(input.version)}/usable${query}`);
    },
  }),
  get_lineage: define({
    title: 'Lineage of a version',
    description:
      'Where a version comes from and what became of it: signals, decision, run, data, code, gates, approvals, releases.',
    input: z.strictObject({ model, version }),
    read: (ask, input) => ask(`models/${segment(input.model)}/versions/${segment(input.version)}/lineage`),
  }),
  list_operations: define({
    title: 'What operators did',
    description: 'Operations of people and machines, newest first, with reason and result: the audit trail.',
    input: z.strictObject({ model: model.optional().describe('A model, or (fleet)'), ...page }),
    read: (ask, input) => ask(listingPath('operations', input)),
  }),
  get_decision: define({
    title: 'A decision',
    description: 'The decision on one signal, with its inputs, and the run it started or joined.',
    input: z.strictObject({ signalId: z.string().min(1).max(1_000) }),
    read: (ask, { signalId }) => ask(`decisions/${encodeId(signalId)}`),
  }),
};

const longestLog = 16_000;

interface LogOf {
  readonly phase?: string | undefined;
  readonly attempt?: number | null | undefined;
  readonly step?: string | undefined;
}

/** The end, for that is where errors stand. */
async function readEndOfLog(
  ask: Ask,
  { runId, ...of }: { readonly runId: string } & LogOf,
): Promise<LogPart & { readonly leftOut: number }> {
  let text = '';
  let leftOut = 0;
  let from = 0;
  let { phase, attempt, step }: LogOf = of;
  for (;;) {
    const asked = { from, phase, attempt: attempt ?? undefined, step };
    const path = listingPath(`runs/${segment(runId)}/log`, asked);
    const part = (await ask(path)) as LogPart;
    text += part.text;
    const tooMuch = Math.max(0, text.length - longestLog);
    text = text.slice(tooMuch);
    leftOut += tooMuch;
    if (!part.more) return { ...part, text, leftOut };
    // The run may go on to its next job meanwhile: a log is that of one.
    ({ next: from, phase, attempt, step } = part);
  }
}
