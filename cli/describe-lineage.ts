/** Where a version comes from and what became of it, for a person at a terminal. */
import pc from 'picocolors';
import { describeOutside } from '../shared/domain/elsewhere.ts';
import type { ReleaseRow } from '../shared/domain/release-state.ts';
import type { DataFacts, StepFacts, VersionLineage } from '../shared/domain/version-lineage.ts';

export function describeLineage(lineage: VersionLineage): string {
  const { model, version, sentence, registered, digest, run, trainedBy, modelFile } = lineage;
  const { tuned, elsewhere } = trainedBy ?? run ?? {};
  return [
    `${pc.bold(`${model}:${version}`)}  ${sentence}`,
    ...(registered ? [row('files', registered.modelUri)] : []),
    ...(registered?.createdAt ? [row('since', registered.createdAt)] : []),
    row('digest', digest ?? 'not known'),
    ...describeSignals(lineage),
    ...(run ? [row('run', `${run.runId}, ${run.outcome ?? `in phase ${run.phase}`}: ${run.sentence}`)] : []),
    ...(tuned ? [row(tuned.by ?? 'sweep', tuned.sentence)] : []),
    ...(elsewhere ? [row('training', describeOutside(elsewhere))] : []),
    ...(trainedBy ? [row('trained', `by run ${trainedBy.runId}`)] : []),
    ...(modelFile ? [row('file', `model file ${modelFile.hash}`)] : []),
    ...(['training', 'evaluation'] as const).flatMap((name) => {
      const job = modelFile?.[name];
      return job
        ? [
            row(
              name === 'training' ? name : 'judging',
              `${job.code ?? 'no code'} in ${job.environment}: ${job.command}`,
            ),
          ]
        : (modelFile?.[`${name}Steps`] ?? []).map((step) =>
            row(name === 'training' ? name : 'judging', describeStep(step)),
          );
    }),
    ...describeData('train', lineage.trainedOn),
    ...describeData('judge', lineage.judgedOn),
    ...describeGates(lineage),
    ...describePeople(lineage),
    ...lineage.releases.flatMap(describeOne),
    ...lineage.contradictions.map((each) => row('differs', each, pc.red)),
    ...lineage.notKnown.map((each) => row('unknown', each)),
  ].join('\n');
}

function describeStep({ step, component, code, environment, command }: StepFacts): string {
  const runs = command === null ? '' : ` ${code ?? 'no code'} in ${environment}: ${command}`;
  return `step ${step}:${component === undefined ? '' : ` ${component}${runs === '' ? '' : ','}`}${runs}`;
}

/** Padded before it is coloured: the codes of a colour take no room on the screen. */
const row = (name: string, value: string, colour: (text: string) => string = String): string =>
  `  ${colour(name.padEnd(9))} ${value}`;

function describeSignals({ signals, signalsLeftOut }: VersionLineage): string[] {
  return [
    ...signals.flatMap(({ id, decision }) => [
      row('signal', decision ? `${id}: ${decision.signal.summary} (${decision.signal.source})` : id),
      row(
        'decision',
        decision ? `${decision.outcome} (${decision.reason}): ${decision.sentence}` : 'not known',
      ),
    ]),
    ...(signalsLeftOut > 0 ? [row('', `and ${signalsLeftOut} further signals`)] : []),
  ];
}

function describeData(name: string, data: DataFacts | null): string[] {
  if (!data) return [];
  const { runId, hash, partitions, partitionsLeftOut, bytes } = data;
  return [
    row(
      name,
      `${partitions.length + partitionsLeftOut} files, ${bytes} bytes, manifest ${hash} of run ${runId}`,
    ),
  ];
}

function describeGates({ gateReport, replaces }: VersionLineage): string[] {
  if (!gateReport) return [];
  const against = replaces ? `against version ${replaces.version}` : 'against no champion';
  return [
    row('gates', `${gateReport.verdict}, ${against}: ${gateReport.sentence}; report ${gateReport.hash}`),
    ...gateReport.gates.map(({ gate, verdict, sentence }) => row('', `${gate}: ${verdict}: ${sentence}`)),
  ];
}

function describePeople({ run, operations }: VersionLineage): string[] {
  const { acceptedBy, brokenGlass } = run ?? {};
  return [
    ...(acceptedBy ? [row('accepted', `by ${acceptedBy.by} at ${acceptedBy.at}: ${acceptedBy.reason}`)] : []),
    ...(brokenGlass
      ? [
          row(
            'glass',
            `${brokenGlass.first} and ${brokenGlass.second} at ${brokenGlass.at}: ${brokenGlass.sentence}`,
            pc.red,
          ),
        ]
      : []),
    ...operations
      .toReversed()
      .map(({ at, by, action, sentence, reason }) =>
        row('order', `${at}  ${action.action} by ${by} (${reason}): ${sentence}`),
      ),
  ];
}

function describeOne({ releaseId, endpoint, state, sentence, trail = [] }: ReleaseRow): string[] {
  return [
    row('release', `${releaseId} to ${endpoint}, ${pc.bold(state)}: ${sentence}`),
    ...trail.map(({ at, state: was, stage, step, sentence: said }) =>
      row(
        '',
        `${at}  ${was}${stage === null ? '' : ` (${stage}${step === null ? '' : `, ${step} %`})`}  ${said}`,
      ),
    ),
  ];
}
