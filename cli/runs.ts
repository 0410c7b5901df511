import pc from 'picocolors';
import type { GateReport } from '../shared/domain/gate-report.ts';
import type { Run } from '../shared/domain/run.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { describeReport } from './describe-report.ts';
import { printableTexts } from './printable-texts.ts';
import { askForText, askService, printJson, serviceOptions } from './service.ts';
import { writePage } from './write-page.ts';

export const runs: Command = {
  summary: 'Show the runs, newest first, or one run with its gates.',
  usage: [
    'ratchet runs [RUN] [--html FILE] [--model MODEL] [--limit N] [--url URL] [--key KEY] [--json]',
    '--html writes the gate report of the run as a page, as the service keeps it.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, {
      ...serviceOptions,
      model: { type: 'string' },
      limit: { type: 'string' },
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
    if (values.html !== undefined)
      throw new UsageError('--html is about one run: name it, runs RUN --html FILE');
    const query = new URLSearchParams();
    if (values.model !== undefined) query.set('model', values.model);
    if (values.limit !== undefined) query.set('limit', values.limit);
    const answer = (await askService(values, `runs?${query}`)) as { runs: Run[] };
    if (values.json) printJson(answer);
    else if (answer.runs.length === 0) console.log('No runs.');
    else for (const run of answer.runs) console.log(describe(printableTexts(run)));
    return 0;
  },
};

interface OneRun {
  readonly run: Run;
  readonly gateReport: GateReport | null;
}

function describe(run: Run): string {
  const state = run.outcome ?? `in phase ${run.phase}`;
  const broken = run.brokenGlass ? `  ${pc.red('glass broken:')} ${run.brokenGlass.sentence}` : '';
  return `${run.startedAt}  ${run.runId}  ${pc.bold(state)}${run.sentence ? `  ${run.sentence}` : ''}${broken}`;
}

function describeOne({ run, gateReport }: OneRun): string {
  return [
    describe(run),
    `  kind ${run.kind}, asked by ${run.signals.join(', ')}`,
    `  champion before ${run.champion?.version ?? 'none'}, registered ${run.registeredVersion ?? 'nothing'}, released ${run.released ? 'yes' : 'no'}`,
    ...(gateReport ? ['', ...describeReport(gateReport)] : []),
  ].join('\n');
}
