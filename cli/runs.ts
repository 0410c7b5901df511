import pc from 'picocolors';
import type { GateReport } from '../shared/domain/gate-report.ts';
import type { Run } from '../shared/domain/run.ts';
import { type Command, readArgs } from './command.ts';
import { askService, printJson, serviceOptions } from './service.ts';

export const runs: Command = {
  summary: 'Show the runs, newest first, or one run with its gates.',
  usage: 'ratchet runs [RUN] [--model MODEL] [--limit N] [--url URL] [--key KEY] [--json]',
  async run(args) {
    const { values, positionals } = readArgs(args, {
      ...serviceOptions,
      model: { type: 'string' },
      limit: { type: 'string' },
    });
    const [runId] = positionals;
    if (runId !== undefined) {
      const one = (await askService(values, `runs/${encodeURIComponent(runId)}`)) as OneRun;
      values.json ? printJson(one) : console.log(describeOne(one));
      return 0;
    }
    const query = new URLSearchParams();
    if (values.model !== undefined) query.set('model', values.model);
    if (values.limit !== undefined) query.set('limit', values.limit);
    const answer = (await askService(values, `runs?${query}`)) as { runs: Run[] };
    if (values.json) printJson(answer);
    else if (answer.runs.length === 0) console.log('No runs.');
    else for (const run of answer.runs) console.log(describe(run));
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
  const gates =
    gateReport?.gates.map((gate) => `  ${gate.verdict.padEnd(12)}  ${gate.gate}: ${gate.sentence}`) ?? [];
  return [
    describe(run),
    `  kind ${run.kind}, asked by ${run.signals.join(', ')}`,
    `  champion before ${run.champion?.version ?? 'none'}, registered ${run.registeredVersion ?? 'nothing'}, released ${run.released ? 'yes' : 'no'}`,
    ...gates,
  ].join('\n');
}
