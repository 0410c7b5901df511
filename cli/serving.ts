import { isDeepStrictEqual } from 'node:util';
import pc from 'picocolors';
import type { Embargo, Quarantine } from '../shared/domain/embargo.ts';
import type {
  Drift,
  Drilled,
  Observed,
  ReleaseState,
  SettledVersion,
  Split,
  Traffic,
} from '../shared/domain/release-state.ts';
import { type Command, readArgs } from './command.ts';
import { theOneModel } from './operation.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson, serviceOptions, serviceUsage } from './service.ts';

interface ServingView {
  readonly model: string;
  readonly target: { readonly kind: string; readonly endpoint: string };
  readonly desired: Split | null;
  readonly observed: Observed | null;
  readonly drift?: Drift | null;
  readonly settled: readonly SettledVersion[];
  readonly quarantined?: readonly Quarantine[];
  readonly embargoed?: readonly Embargo[];
  readonly lastDrill?: Drilled | null;
  readonly release: {
    readonly releaseId: string;
    readonly state: ReleaseState;
    readonly sentence: string;
  } | null;
  /** Releases that wait for the target, the first in line first. */
  readonly waiting: readonly string[];
}

export const serving: Command = {
  summary:
    'Show the desired and the observed traffic of a model, the versions a rollback can go to, and which release has the endpoint.',
  usage: [
    `ratchet serving MODEL ${serviceUsage}`,
    'Exit code: 0, or 1 where the observed traffic is not the desired one.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, serviceOptions);
    const path = `models/${encodeURIComponent(theOneModel(positionals))}/serving`;
    const answer = (await askService(values, path)) as ServingView;
    if (values.json) printJson(answer);
    else console.log(describe(printableTexts(answer)));
    return differs(answer) || answer.drift ? 1 : 0;
  },
};

function describe(view: ServingView): string {
  const { model, target, desired, observed, settled, release, waiting } = view;
  const { quarantined = [], embargoed = [], lastDrill } = view;
  return [
    `${pc.bold(model)}  ${target.kind} ${target.endpoint}`,
    `  desired   ${desired ? describeSplit(desired, observed) : 'not known before the first release looks at the endpoint'}`,
    ...(observed ? describeObserved(view, observed) : []),
    ...(view.drift ? [pc.red(`  drifted   since ${view.drift.since}: ${view.drift.sentence}`)] : []),
    `  settled   ${settled.length === 0 ? 'none: nothing to roll back to' : ''}${settled.toReversed().map(describeSettled).join('\n            ')}`,
    ...quarantined.map(({ version, by, at, reason }) =>
      pc.red(`  embargo   ${version}, quarantined by ${by} at ${at}: ${reason}`),
    ),
    ...embargoed.map(({ version, sentence }) => pc.red(`  embargo   ${version}: ${sentence}`)),
    ...(lastDrill ? [describeDrill(lastDrill)] : []),
    release
      ? `  release   ${release.releaseId}, ${pc.bold(release.state)}: ${release.sentence}`
      : '  release   none is under way',
    ...waiting.map((releaseId) => `  waiting   ${releaseId}`),
  ].join('\n');
}

function describeDrill({ hasPassed, at, sentence }: Drilled): string {
  return `  drilled   ${hasPassed ? 'passed' : pc.red('failed')} at ${at}: ${sentence}`;
}

function describeObserved(view: ServingView, observed: Observed): string[] {
  const { at, isUpdating, doubt, deployments } = observed;
  const notes = [
    ...(isUpdating ? ['a change of the endpoint is under way'] : []),
    ...(doubt === undefined ? [] : [doubt]),
    ...(differs(view) ? [pc.red('not what is desired')] : []),
  ];
  const idle = deployments.filter(
    ({ deployment }) => !observed.traffic[deployment] && !observed.mirror[deployment],
  );
  return [
    `  observed  ${describeSplit(observed, observed)}, at ${at}${notes.map((note) => `; ${note}`).join('')}`,
    ...idle.map(
      ({ deployment, state }) => `            ${named(deployment, observed)}: no requests, ${state}`,
    ),
  ];
}

function describeSplit({ traffic, mirror }: Split, observed: Observed | null): string {
  const say = (of: Traffic): string =>
    Object.entries(of)
      .filter(([, percent]) => percent > 0)
      .map(([deployment, percent]) => `${percent} % ${named(deployment, observed)}`)
      .join(', ');
  const copied = say(mirror);
  return `${say(traffic) || 'nobody'}${copied && `; copies: ${copied}`}`;
}

function named(deployment: string, observed: Observed | null): string {
  const model = observed?.deployments.find((each) => each.deployment === deployment)?.model;
  return model ? `${deployment} (${model.name} ${model.version})` : deployment;
}

function describeSettled({ model, at, digest, releaseId }: SettledVersion): string {
  const how = releaseId === null ? 'it served when the first release came' : `by ${releaseId}`;
  return `${model.version}, since ${at}, ${how}${digest === null ? '' : `, digest ${digest.slice(0, 12)}`}`;
}

function differs({ desired, observed }: ServingView): boolean {
  if (!desired || !observed) return false;
  const shares = ({ traffic, mirror }: Split) =>
    [traffic, mirror].map((of) =>
      Object.fromEntries(Object.entries(of).filter(([, percent]) => percent > 0)),
    );
  return !isDeepStrictEqual(shares(desired), shares(observed));
}
