import pc from 'picocolors';
import { describeOutside } from '../shared/domain/elsewhere.ts';
import type { GateReport } from '../shared/domain/gate-report.ts';
import { describeKind, type JobAttempt } from '../shared/domain/job-attempt.ts';
import type { PastChampion, Run } from '../shared/domain/run.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { describeReport } from './describe-report.ts';
import { listingPath, pageOptions, pageUsage, printPage } from './listing.ts';
import { printableTexts } from './printable-texts.ts';
import { askForText, askService, printJson, serviceOptions, serviceUsage } from './service.ts';
import { writePage } from './write-page.ts';

export const runs: Command = {
  summary: 'Show the runs, newest first, or one run with its gates.',
  usage: [
    `ratchet runs RUN [--html FILE] ${serviceUsage}`,
    `ratchet runs [--model MODEL] ${pageUsage} ${serviceUsage}`,
    '--html saves the gate report of the run as the page that the service keeps.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, {
      ...serviceOptions,
      model: { type: 'string' },
      ...pageOptions,
      html: { type: 'string' },
    });
    const [runId] = positionals;
    if (runId !== undefined) {
      const path = `runs/${encodeURIComponent(runId)}`;
      const one = (await askService(values, path)) as OneRun;
      if (values.html !== undefined) writePage(values.html, await askForText(values, `${path}/report`));
      values.json ? printJson(one) : console.log(describeOne(printableTexts(one)));
      return 0;
    }
    if (values.html !== undefined) throw new UsageError('--html needs one run: runs RUN --html FILE');
    const { model, limit, continuation } = values;
    const path = listingPath('runs', { model, limit, continuation });
    const answer = (await askService(values, path)) as { runs: Run[]; continuation?: string };
    if (values.json) printJson(answer);
    else {
      printPage(printableTexts(answer.runs), describe, {
        continuation: answer.continuation,
        none: 'No runs.',
      });
    }
    return 0;
  },
};

interface OneRun {
  readonly run: Run;
  readonly gateReport: GateReport | null;
  readonly progress?: Progress | null;
}

interface Progress {
  readonly phase: string;
  readonly since: string | null;
  readonly waits: string;
}

function describe(run: Run): string {
  const state = run.outcome ?? `in phase ${run.phase}`;
  const broken = run.brokenGlass ? `  ${pc.red('override:')} ${run.brokenGlass.sentence}` : '';
  return `${run.startedAt}  ${run.runId}  ${pc.bold(state)}${run.sentence ? `  ${run.sentence}` : ''}${broken}`;
}

function describeOne({ run, gateReport, progress }: OneRun): string {
  return [
    describe(run),
    ...(progress ? [describeProgress(progress)] : []),
    `  kind ${run.kind}, requested by ${run.signals.join(', ')}`,
    `  champion before ${run.champion?.version ?? 'none'}, ${describeVersion(run)}, released ${run.released ? 'yes' : 'no'}`,
    ...describePasts(run),
    ...(run.reuse ? [`  training: ${run.reuse.sentence}`] : []),
    ...(run.attempts ?? []).map(describeAttempt),
    ...(run.tuned ? [`  ${run.tuned.sentence}`] : []),
    ...(run.elsewhere ? [`  training elsewhere: ${describeOutside(run.elsewhere)}`] : []),
    ...(run.outcome === 'candidate' ? [`  its release: ratchet release ${run.runId}`] : []),
    ...(gateReport ? ['', ...describeReport(gateReport)] : []),
  ].join('\n');
}

function describeVersion({ runId, challenger, registeredVersion }: Run): string {
  if (registeredVersion !== null && challenger?.chosenBy === runId)
    return `version ${registeredVersion} again, trained and registered nothing`;
  return `registered ${registeredVersion ?? 'nothing'}`;
}

function describePasts({ pastChampions }: Run): readonly string[] {
  if (pastChampions?.length === 0) return ['  past champions: none that could be scored'];
  return (pastChampions ?? []).map(describePast);
}

function describePast({ version, jobName, verdict, sentence }: PastChampion): string {
  const by = jobName === null ? '' : ` by ${jobName}`;
  return `  past champion ${version}${by}: ${verdict ?? 'not judged'}. ${sentence}`;
}

function describeAttempt({ jobName, kind, endedAt, said, againAt }: JobAttempt): string {
  const why = said === '' ? '' : `: ${said}`;
  return `  ${jobName} failed at ${endedAt}, ${kind} (${describeKind(kind)})${why}; next attempt from ${againAt}`;
}

function describeProgress({ phase, since, waits }: Progress): string {
  return `  in ${phase}${since === null ? '' : ` since ${since}`}. ${waits}`;
}
