import pc from 'picocolors';
import type { Decision } from '../shared/domain/decision.ts';
import type { GateReport } from '../shared/domain/gate-report.ts';
import type { Operation } from '../shared/domain/operation.ts';
import type { PolicyWords } from '../shared/domain/policy-words.ts';
import { modelOfRun, type Run } from '../shared/domain/run.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { describePolicy } from './describe-policy.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, encodeId, printJson, serviceOptions, serviceUsage } from './service.ts';

export const explain: Command = {
  summary:
    'Explain a signal or a run from the request to the result, or what a model would decide now, and by which rules.',
  usage: [
    `ratchet explain SIGNAL|RUN|MODEL ${serviceUsage}`,
    'A signal id has colons. A signal and a run: the request, the decision with its reason, the run and its result.',
    'A model: what it would decide now, what would change that, and the rules of its file in plain words.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, serviceOptions);
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw new UsageError('name exactly one signal, run or model');
    const told = await readExplanation((path) => askService(values, path), id);
    if (values.json) printJson(told);
    else if ('outlook' in told) console.log(describePolicy(printableTexts(told)));
    else console.log(describe(printableTexts(told)));
    return 0;
  },
};

interface Chain {
  readonly decisions: readonly Decision[];
  readonly run: Run | null;
  readonly gateReport: GateReport | null;
  /** What operators did to the model meanwhile, the latest first. */
  readonly operations: readonly Operation[];
}

type Ask = (path: string) => Promise<unknown>;

/** The chain of a signal, whose id has colons, or of a run; of a model, what it would decide now. */
export async function readExplanation(ask: Ask, id: string): Promise<Chain | PolicyWords> {
  if (id.includes(':')) return followSignal(ask, id);
  if (modelOfRun(id) !== null) return followRun(ask, id);
  return (await ask(`models/${encodeURIComponent(id)}/policy`)) as PolicyWords;
}

/** A signal that joined another one shares its fate: the answer to that one is part of the chain. */
async function followSignal(ask: Ask, signalId: string): Promise<Chain> {
  const first = (await ask(`decisions/${encodeId(signalId)}`)) as OneDecision;
  const { joinedSignalId } = first.decision;
  const leader =
    joinedSignalId === undefined
      ? null
      : ((await ask(`decisions/${encodeId(joinedSignalId)}`)) as OneDecision);
  const decisions = leader ? [first.decision, leader.decision] : [first.decision];
  const run = first.run ?? leader?.run ?? null;
  const gateReport = run ? ((await ask(`runs/${encodeURIComponent(run.runId)}`)) as OneRun).gateReport : null;
  return { decisions, run, gateReport, operations: await findOperations(ask, decisions, run) };
}

async function followRun(ask: Ask, runId: string): Promise<Chain> {
  const { run, gateReport } = (await ask(`runs/${encodeURIComponent(runId)}`)) as OneRun;
  const answers = run.signals.map((id) => ask(`decisions/${encodeId(id)}`) as Promise<OneDecision>);
  const decisions = (await Promise.all(answers)).map(({ decision }) => decision);
  return { decisions, run, gateReport, operations: await findOperations(ask, decisions, run) };
}

/** From the first offer to the end of the run, or to the last answer where there is none. */
async function findOperations(
  ask: Ask,
  decisions: readonly Decision[],
  run: Run | null,
): Promise<readonly Operation[]> {
  const { model } = decisions[0]!.signal;
  const from = decisions.map(({ offeredAt }) => offeredAt).sort()[0]!;
  const until = run
    ? run.endedAt
    : decisions
        .map(({ decidedAt }) => decidedAt)
        .sort()
        .at(-1)!;
  const { operations } = (await ask(`operations?model=${encodeURIComponent(model)}&limit=1000`)) as {
    operations: readonly Operation[];
  };
  return operations.filter(({ at, done }) => done && at >= from && (until === null || at <= until));
}

interface OneDecision {
  readonly decision: Decision;
  readonly run: Run | null;
}

interface OneRun {
  readonly run: Run;
  readonly gateReport: GateReport | null;
}

function describe({ decisions, run, gateReport, operations }: Chain): string {
  const answers = decisions.flatMap(({ signal, outcome, reason, sentence, changedBy, decidedAt }) => [
    `${pc.bold('signal')}    ${signal.id}`,
    `  said    ${signal.summary}`,
    `  by      ${signal.source}${signal.observedAt ? `, observed at ${signal.observedAt}` : ''}`,
    `${pc.bold('decision')}  ${outcome} (${reason}) at ${decidedAt}`,
    `  why     ${sentence}`,
    ...(changedBy ? [`  to change this: ${changedBy}`] : []),
  ]);
  const words = operations
    .toReversed()
    .map(
      ({ at, by, action, sentence }) =>
        `${pc.bold('operator')}  ${by}, ${action.action} at ${at}: ${sentence}`,
    );
  const lines = [...answers, ...words];
  if (!run) return lines.join('\n');
  const gates = gateReport?.gates ?? [];
  return [
    ...lines,
    `${pc.bold('run')}       ${run.runId}, ${run.outcome ?? `in phase ${run.phase}`}`,
    ...(run.sentence ? [`  why     ${run.sentence}`] : []),
    ...(run.reuse ? [`  train   ${run.reuse.sentence}`] : []),
    `  data    model file ${run.configHash.slice(0, 12)}, champion before ${run.champion?.version ?? 'none'}`,
    ...gates.map((gate) => `  gate    ${gate.gate}: ${gate.verdict}: ${gate.sentence}`),
    ...describeOverrides(run),
    `  result  ${describeResult(run)}`,
  ].join('\n');
}

function describeResult({ released, registeredVersion, outcome, runId, challenger, reuse }: Run): string {
  const isAgain = challenger?.chosenBy === runId;
  const past = reuse ? '' : ', a past champion';
  if (released) return `version ${registeredVersion} released${isAgain ? ` again${past}` : ''}`;
  if (outcome !== 'candidate') return 'nothing released, the champion stays';
  return `version ${registeredVersion} is ${isAgain ? `chosen again${past}` : 'registered'}; ratchet release ${runId} shows its release`;
}

/** What people said in place of the gates. */
function describeOverrides({ acceptedBy, brokenGlass }: Run): string[] {
  const lines: string[] = [];
  if (acceptedBy) lines.push(`accepted by ${acceptedBy.by} at ${acceptedBy.at} (${acceptedBy.reason})`);
  if (brokenGlass) {
    const { first, second, reasons, at, sentence } = brokenGlass;
    lines.push(
      `overridden (break-glass) by ${first} (${reasons[0]}) and ${second} (${reasons[1]}) at ${at}`,
      sentence,
    );
  }
  return lines.map((line) => `  ${pc.red('people')}  ${line}`);
}
