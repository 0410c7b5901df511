/**
 * A version's lineage as a model card in Markdown, with the sections of Mitchell et al., Model Cards for Model Reporting
 * (2019). Pure.
 *
 * What people alone can say (intended use, ethical considerations) is asked for, not made up.
 */

import { describeOutside } from '../domain/elsewhere.ts';
import type { ReleaseRow } from '../domain/release-state.ts';
import type { DataFacts, JobFacts, StepFacts, VersionLineage } from '../domain/version-lineage.ts';
import { printable } from '../gates/report/printable.ts';

const toSay = '*Not recorded by Ratchet: for the owners of the model to write.*';

export function toModelCard(lineage: VersionLineage): string {
  const { model, version } = lineage;
  const sections: [title: string, lines: readonly string[]][] = [
    ['Model details', describeDetails(lineage)],
    ['Intended use', [toSay]],
    ['Factors', describeFactors(lineage)],
    ['Metrics', describeMetrics(lineage)],
    ['Evaluation data', describeData(lineage.judgedOn, 'held-out rows of')],
    ['Training data', describeData(lineage.trainedOn, 'rows, the held-out ones left out, of')],
    ['Quantitative analyses', describeAnalyses(lineage)],
    ['Ethical considerations', [toSay]],
    ['Caveats and recommendations', describeCaveats(lineage)],
    ['Releases', describeReleases(lineage.releases)],
  ];
  return [
    `# ${text(`${model}, version ${version}`)}`,
    '',
    ...sections.flatMap(([title, lines]) => [`## ${title}`, '', ...lines, '']),
  ].join('\n');
}

/**
 * A text of somebody else's, as text: no markup, no link, no HTML, no new line. A backslash makes any ASCII punctuation
 * stand for itself (CommonMark 2.4).
 */
export function text(value: string): string {
  return printable(value)
    .replaceAll(/[\\`*_{}[\]<>()#+!|~&$^@:=-]/g, (mark) => `\\${mark}`)
    .replaceAll(/^(\s*\d+)([.)])/g, '$1\\$2')
    .replaceAll(/www\./gi, (start) => `${start.slice(0, 3)}\\.`);
}

/** In a code span nothing is markup but the backtick. */
function code(value: string): string {
  return `\`${printable(value).replaceAll('`', "'")}\``;
}

function describeDetails(lineage: VersionLineage): string[] {
  const { sentence, registered, digest, run, trainedBy, modelFile, replaces } = lineage;
  const { tuned, elsewhere } = trainedBy ?? run ?? {};
  return [
    text(sentence),
    '',
    ...(modelFile?.description ? [`- description: ${text(modelFile.description)}`] : []),
    ...(modelFile?.task ? [`- task: ${text(modelFile.task)}`] : []),
    ...(run ? [`- run: ${code(run.runId)}, ${text(run.startedAt)} to ${text(run.endedAt ?? 'now')}`] : []),
    ...(trainedBy ? [`- trained by run: ${code(trainedBy.runId)}`] : []),
    ...(registered ? [`- files: ${code(registered.modelUri)}`] : []),
    ...(registered?.createdAt ? [`- registered: ${text(registered.createdAt)}`] : []),
    `- digest of the files (SHA-256): ${digest === null ? 'not known' : code(digest)}`,
    ...(modelFile ? [`- model file (SHA-256): ${code(modelFile.hash)}`] : []),
    ...describeJob('training', modelFile?.training ?? null),
    ...(tuned ? [`- ${tuned.by ?? 'sweep'}: ${text(tuned.sentence)}`] : []),
    ...(elsewhere ? [`- training: ${text(describeOutside(elsewhere))}`] : []),
    ...(modelFile?.trainingSteps ?? []).flatMap((step) => describeJob(`training, step ${step.step}`, step)),
    ...describeJob('evaluation', modelFile?.evaluation ?? null),
    ...(modelFile?.evaluationSteps ?? []).flatMap((step) =>
      describeJob(`evaluation, step ${step.step}`, step),
    ),
    `- judged against: ${replaces ? `version ${text(replaces.version)}` : run ? 'no champion' : 'not known'}`,
    ...describeRequest(lineage),
  ];
}

function describeJob(name: string, job: JobFacts | StepFacts | null): string[] {
  if (!job) return [];
  const { environment, command } = job;
  const component = 'component' in job ? job.component : undefined;
  const asset = job.code === null ? 'no code asset' : `code ${code(job.code)}`;
  const parts = [
    ...(component === undefined ? [] : [`component ${code(component)}`]),
    ...(component !== undefined && job.code === null ? [] : [asset]),
    ...(environment === null ? [] : [`environment ${code(environment)}`]),
    ...(command === null ? [] : [`command ${code(command)}`]),
  ];
  return [`- ${text(name)}: ${parts.join(', ')}`];
}

function describeRequest({ signals, signalsLeftOut }: VersionLineage): string[] {
  const shown = signals.slice(0, 10);
  const more = signals.length - shown.length + signalsLeftOut;
  return [
    ...shown.map(({ id, decision }) =>
      decision
        ? `- asked for by: ${text(decision.signal.summary)} (${text(decision.signal.source)}); ${text(decision.sentence)}`
        : `- asked for by: signal ${code(id)}, whose decision is not known`,
    ),
    ...(more > 0 ? [`- and by ${more} further signals`] : []),
  ];
}

/** Groups that a gate looks at by themselves. */
function describeFactors({ gateReport }: VersionLineage): string[] {
  if (!gateReport) return [toSay];
  const rules = gateReport.gates.map(({ gate, rule }) => `- ${text(gate)}: ${text(rule)}`);
  return [...(rules.length > 0 ? ['The gates, and what each is about:', '', ...rules, ''] : []), toSay];
}

function describeMetrics({ gateReport }: VersionLineage): string[] {
  if (!gateReport) return ['Not known: there is no gate report.'];
  const names = [...new Set(gateReport.gates.map(({ metric }) => metric))];
  return [names.map((name) => code(name)).join(', ') || 'None.'];
}

function describeData(data: DataFacts | null, what: string): string[] {
  if (!data) return ['Not known.'];
  const { partitions, partitionsLeftOut, bytes, hash, holdoutShare, refused } = data;
  const count = partitions.length + partitionsLeftOut;
  const [first, last] = [partitions[0]?.name, partitions.at(-1)?.name];
  const names = first === undefined ? '' : `, ${code(first)} to ${code(partitionsLeftOut > 0 ? '…' : last!)}`;
  return [
    `- ${what} ${count} files, ${bytes} bytes${names}`,
    `- share held out: ${holdoutShare}`,
    `- manifest (SHA-256): ${code(hash)}`,
    ...(refused > 0 ? [`- files refused: ${refused}`] : []),
  ];
}

function describeAnalyses({ gateReport }: VersionLineage): string[] {
  if (!gateReport) return ['Not known: there is no gate report.'];
  const { verdict, sentence, gates, hash } = gateReport;
  return [
    `Verdict: **${text(verdict)}**. ${text(sentence)}`,
    '',
    '| gate | metric | version | champion | verdict | why |',
    '|---|---|---|---|---|---|',
    ...gates.map(
      ({ gate, metric, challenger, champion, verdict: said, sentence: why }) =>
        `| ${text(gate)} | ${text(metric)} | ${figure(challenger)} | ${figure(champion)} | ${text(said)} | ${text(why)} |`,
    ),
    '',
    `Gate report (SHA-256): ${code(hash)}`,
  ];
}

const figure = (value: number | null): string => (value === null ? '' : String(value));

function describeCaveats({ notKnown, contradictions, run, operations }: VersionLineage): string[] {
  const { acceptedBy, brokenGlass } = run ?? {};
  const lines = [
    ...contradictions.map((each) => `- **Does not agree:** ${text(each)}`),
    ...(brokenGlass
      ? [
          `- **Released against its gates** by ${text(brokenGlass.first)} and ${text(brokenGlass.second)}: ${text(brokenGlass.reasons.join('; '))}`,
        ]
      : []),
    ...(acceptedBy
      ? [`- Its gates could not say; accepted by ${text(acceptedBy.by)}: ${text(acceptedBy.reason)}`]
      : []),
    ...notKnown.map((each) => `- Not known: ${text(each)}`),
    ...operations
      .filter(({ done }) => done)
      .map(
        ({ at, by, action, reason }) =>
          `- ${text(at)}: ${text(action.action)} by ${text(by)}: ${text(reason)}`,
      ),
  ];
  return [...(lines.length > 0 ? [...lines, ''] : []), toSay];
}

function describeReleases(releases: readonly ReleaseRow[]): string[] {
  if (releases.length === 0) return ['None by Ratchet over stages.'];
  return releases.map(({ releaseId, endpoint, state, startedAt, endedAt, sentence }) => {
    const times = `${text(startedAt)} to ${text(endedAt ?? 'now')}`;
    return `- ${code(releaseId)} to ${code(endpoint)}, ${times}: **${text(state)}**. ${text(sentence)}`;
  });
}
