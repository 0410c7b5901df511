import { setTimeout as sleep } from 'node:timers/promises';
import pc from 'picocolors';
import { printable } from '../shared/gates/report/printable.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { askService, printJson, serviceOptions, serviceUsage } from './service.ts';

/** A part of a log, as the service answers it. */
export interface LogPart {
  readonly phase: string;
  /** From 1; null where there is none yet. */
  readonly attempt: number | null;
  /** Of a pipeline, the step whose log it is; of a sweep, the number of the trial. */
  readonly step?: string;
  readonly partKind?: 'step' | 'trial';
  readonly job: string | null;
  readonly file: string | null;
  readonly status: string | null;
  readonly text: string;
  readonly next: number;
  readonly more: boolean;
  readonly ended: boolean;
}

const askAgainMs = 1_000;

export const logs: Command = {
  summary: "Show the log of a run's job.",
  usage: [
    `ratchet logs RUN [--phase train|evaluate] [--attempt N] [--step NAME | --trial N] [--follow] ${serviceUsage}`,
    'Without --phase: the latest job of the run; without --attempt: the latest one of the phase. --follow keeps printing until the job ends.',
    'Of a pipeline: the log of a step; without --step: of that which failed, or else began last. --follow goes on to the next step.',
    'Of a sweep: the log of a trial, by its number; without --trial: of the best, or else of that which failed first, and while it runs of that which began last.',
    'Of AutoML: --step prepare or --step setup, or --trial; without either as of a sweep.',
    'Exit code: 0 shown, 1 there is no log, 2 wrong usage, 3 any other error.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, {
      ...serviceOptions,
      phase: { type: 'string' },
      attempt: { type: 'string' },
      step: { type: 'string' },
      trial: { type: 'string' },
      follow: { type: 'boolean', default: false },
    });
    const [runId, ...more] = positionals;
    if (runId === undefined || more.length > 0) throw new UsageError('name exactly one run');
    if (values.attempt !== undefined && values.phase === undefined)
      throw new UsageError('--attempt is one of a phase: give --phase train or --phase evaluate');
    const { step: ofPipeline, trial } = values;
    const part = ofPipeline ?? trial;
    if (ofPipeline !== undefined && trial !== undefined)
      throw new UsageError('--step is of a pipeline, and --trial of a sweep: give one of them');
    if (part !== undefined && values.phase === undefined)
      throw new UsageError(
        trial === undefined
          ? '--step is one of a phase: give --phase train or --phase evaluate'
          : '--trial is one of a phase: give --phase train',
      );
    if (values.json && values.follow)
      throw new UsageError('--json prints the log as it is now: leave --follow out');
    const ask = async (
      from: number,
      { phase, attempt, step }: Of = { ...values, step: part },
    ): Promise<LogPart> => {
      const query = new URLSearchParams({
        from: String(from),
        ...(phase !== undefined && { phase }),
        ...(attempt != null && { attempt: String(attempt) }),
        ...(step !== undefined && { step }),
      });
      return (await askService(values, `runs/${encodeURIComponent(runId)}/log?${query}`)) as LogPart;
    };
    return values.json ? printWhole(ask) : show(ask, values.follow, part);
  },
};

/** Which job: the latest one of the phase without an attempt, of the run without a phase. */
interface Of {
  readonly phase?: string | undefined;
  readonly attempt?: number | string | null | undefined;
  readonly step?: string | undefined;
}

type Ask = (from: number, of?: Of) => Promise<LogPart>;

/**
 * Prints the log part by part, each once. What is followed stays one job, also when the run goes on to the next; of a pipeline or a
 * sweep, unless a part of it was asked for, each part after another.
 */
async function show(ask: Ask, follow: boolean, asked: string | undefined): Promise<number> {
  let part = await ask(0);
  let shown = 0;
  for (;;) {
    process.stdout.write(printableLog(part.text));
    shown += part.text.length;
    const goesOn = part.more || (follow && !part.ended);
    if (!goesOn && follow && asked === undefined && part.step !== undefined) {
      const next = await askNextStep(ask, part);
      if (next === null) break;
      console.error(pc.dim(`${next.partKind ?? 'step'} ${next.step}`));
      part = next;
      continue;
    }
    if (!goesOn) break;
    if (!part.more) await sleep(askAgainMs);
    part = part.job === null ? await ask(part.next) : await ask(part.next, part);
  }
  if (shown > 0) return 0;
  console.error(describeNothing(part));
  return 1;
}

/** The first part of the log of the step or trial that begins next; null once the job has ended. */
async function askNextStep(ask: Ask, { phase, attempt, step }: LogPart): Promise<LogPart | null> {
  for (;;) {
    const part = await ask(0, { phase, attempt });
    if (part.step !== step) return part;
    if (part.ended) return null;
    await sleep(askAgainMs);
  }
}

async function printWhole(ask: Ask): Promise<number> {
  let part = await ask(0);
  let text = part.text;
  while (part.more) {
    part = await ask(part.next, part);
    text += part.text;
  }
  printJson({ ...part, text });
  return part.file === null ? 1 : 0;
}

function describeNothing({ job, step, partKind = 'step', file, status, phase, ended }: LogPart): string {
  if (job === null) {
    const why = ended ? 'the run ended before this phase' : 'the run has not reached this phase yet';
    return pc.yellow(`no ${phase} job: ${why}`);
  }
  return pc.yellow(
    `${step === undefined ? '' : `${partKind} ${step} of `}job ${job} is ${status} and has ${file === null ? 'no log' : 'printed nothing'}${ended ? '' : ' yet'}`,
  );
}

/** Line by line, for lines end in line feeds and nothing else in them may reach the terminal. */
function printableLog(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line.replaceAll('\t', '        ').replace(/\r$/, '')))
    .join('\n');
}
