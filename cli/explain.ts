import pc from 'picocolors';
import type { Decision } from '../shared/domain/decision.ts';
import type { GateReport } from '../shared/domain/gate-report.ts';
import type { Run } from '../shared/domain/run.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { askService, printJson, serviceOptions } from './service.ts';

export const explain: Command = {
  summary:
    'Show the whole chain of a signal or a run: what asked, what was answered and why, what came of it.',
  usage:
    'ratchet explain SIGNAL|RUN [--url URL] [--key KEY] [--json]    a signal id has colons, a run id has none',
  async run(args) {
    const { values, positionals } = readArgs(args, serviceOptions);
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw new UsageError('name exactly one signal or run');
    const ask = (path: string) => askService(values, path);
    const chain = id.includes(':') ? await followSignal(ask, id) : await followRun(ask, id);
    if (values.json) printJson(chain);
    else console.log(describe(chain));
    return 0;
  },
};

interface Chain {
  readonly decisions: readonly Decision[];
  readonly run: Run | null;
  readonly gateReport: GateReport | null;
}

type Ask = (path: string) => Promise<unknown>;

async function followSignal(ask: Ask, signalId: string): Promise<Chain> {
  const { decision, run } = (await ask(`decisions/${encodeURIComponent(signalId)}`)) as OneDecision;
  if (!run) return { decisions: [decision], run: null, gateReport: null };
  const { gateReport } = (await ask(`runs/${encodeURIComponent(run.runId)}`)) as OneRun;
  return { decisions: [decision], run, gateReport };
}

async function followRun(ask: Ask, runId: string): Promise<Chain> {
  const { run, gateReport } = (await ask(`runs/${encodeURIComponent(runId)}`)) as OneRun;
  const answers = run.signals.map((id) => ask(`decisions/${encodeURIComponent(id)}`) as Promise<OneDecision>);
  const decisions = (await Promise.all(answers)).map(({ decision }) => decision);
  return { decisions, run, gateReport };
}

interface OneDecision {
  readonly decision: Decision;
  readonly run: Run | null;
}

interface OneRun {
  readonly run: Run;
  readonly gateReport: GateReport | null;
}

function describe({ decisions, run, gateReport }: Chain): string {
  const lines = decisions.flatMap(({ signal, outcome, reason, sentence, changedBy, decidedAt }) => [
    `${pc.bold('signal')}    ${signal.id}`,
    `  said    ${signal.summary}`,
    `  by      ${signal.source}${signal.observedAt ? `, observed at ${signal.observedAt}` : ''}`,
    `${pc.bold('answer')}    ${outcome} (${reason}) at ${decidedAt}`,
    `  why     ${sentence}`,
    ...(changedBy ? [`  else    ${changedBy}`] : []),
  ]);
  if (!run) return lines.join('\n');
  const gates = gateReport?.gates ?? [];
  return [
    ...lines,
    `${pc.bold('run')}       ${run.runId}, ${run.outcome ?? `in phase ${run.phase}`}`,
    ...(run.sentence ? [`  why     ${run.sentence}`] : []),
    `  data    model file ${run.configHash.slice(0, 12)}, champion before ${run.champion?.version ?? 'none'}`,
    ...gates.map((gate) => `  gate    ${gate.gate}: ${gate.verdict}: ${gate.sentence}`),
    `  result  ${run.released ? `version ${run.registeredVersion} released` : 'nothing released, the champion stays'}`,
  ].join('\n');
}
