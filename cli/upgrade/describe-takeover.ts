import pc from 'picocolors';
import { counted } from '../../shared/domain/plural.ts';
import { printableTexts } from '../printable-texts.ts';
import type { Takeover } from './schema.ts';

/** For a person: what goes on is counted, what does not is named. */
export function describeTakeover(takeover: Takeover): string {
  const { hub, package: folder, packageVersion, goesOn, ...found } = printableTexts(takeover);
  const names = [...new Set(found.orchestrations.map(({ orchestrator }) => orchestrator))].sort();
  const broken = found.orchestrations.filter(({ why }) => why !== null);
  const unread = found.entities.filter(({ why }) => why !== null);
  return [
    `${hub}, to be taken over by ratchet ${packageVersion} of ${folder}`,
    ...names.map((name) => describeKind(name, found)),
    `${pc.bold('entities')}  ${count(found.entities)}`,
    ...broken.map(({ orchestrator, instanceId, why }) => problem(`${orchestrator} ${instanceId}`, why)),
    ...unread.map(({ name, key, why }) => problem(`entity ${name} ${key}`, why)),
    ...found.failed.map(({ orchestrator, instanceId, at, why }) =>
      problem(`${orchestrator} ${instanceId} failed at ${at}`, why),
    ),
    ...found.modelFiles.map((file) => problem('model file', file)),
    '',
    goesOn ? pc.green('All of it goes on.') : nextSteps(found),
  ].join('\n');
}

const brokenOf = (items: readonly { readonly why: string | null }[]): number =>
  items.filter(({ why }) => why !== null).length;

const count = (items: readonly { readonly why: string | null }[]): string => {
  const broken = brokenOf(items);
  return broken === 0 ? `${items.length}, all go on` : `${items.length}, ${broken} would break`;
};

const describeKind = (name: string, { orchestrations }: Pick<Takeover, 'orchestrations'>): string =>
  `${pc.bold(name)}  ${count(orchestrations.filter(({ orchestrator }) => orchestrator === name))}`;

const problem = (subject: string, why: string | null): string => `${pc.red('problem')}  ${subject}: ${why}`;

function nextSteps({
  orchestrations,
  entities,
  failed,
  modelFiles,
}: Omit<Takeover, 'goesOn' | 'hub' | 'package' | 'packageVersion'>): string {
  const [broken, unread] = [orchestrations, entities].map(brokenOf) as [number, number];
  const found = [
    broken + unread > 0 ? `${broken + unread} would break` : '',
    failed.length > 0 ? `${failed.length} ${failed.length === 1 ? 'has' : 'have'} failed` : '',
    modelFiles.length > 0 ? `${counted(modelFiles.length, 'problem')} of model files` : '',
  ];
  const steps = [
    unread > 0 ? 'do not deploy it: waiting does not change the state of an entity' : '',
    broken > 0 && unread === 0
      ? 'do not deploy it over the running version. Have no more begin (ratchet fleet stop, or ratchet freeze), and wait for what would break: ratchet upgrade check --wait PT2H'
      : '',
    failed.length > 0 ? 'the watchdog settles runs that failed so within ten minutes: ratchet runs' : '',
    modelFiles.length > 0 ? 'correct the model files before it is deployed' : '',
  ];
  const said = (texts: readonly string[], by: string): string => texts.filter((text) => text !== '').join(by);
  return `${pc.red(`${said(found, ', ')}.`)} To do: ${said(steps, '; ')}.`;
}
