/**
 * Whether the identity of the app may do what the app does in the workspace: each purpose a finding.
 *
 * Owns: what a missing action means. Does not own: which call needs which action (azure/calls.ts).
 *
 * Azure is asked by the app, as the app: what somebody else may do, such as whoever calls the doctor, says nothing of it.
 */
import { actionsFor, onSubscription, type Purpose, purposes } from '../azure/calls.ts';
import { allows, type Permission } from '../azure/own-permissions.ts';
import type { ModelConfig } from '../config/schema.ts';
import { counted, plural } from '../domain/plural.ts';
import type { Settings } from '../settings.ts';
import type { Wiring } from '../wiring.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import { probe } from './probe.ts';

interface Scope {
  readonly id: string;
  /** As a person calls it. */
  readonly name: string;
}

interface Asked {
  /** Who was asked about, in words. */
  readonly caller: string;
  readonly scope: Scope;
  readonly permissions: readonly Permission[];
}

/** What only releases to endpoints need. */
const ofReleases: readonly Purpose[] = ['releases', ...onSubscription];

export async function examinePermissions(
  wiring: Pick<Wiring, 'ownPermissions' | 'caller'>,
  { workspace }: Pick<Settings, 'workspace'>,
  models: readonly ModelConfig[],
): Promise<readonly Finding[]> {
  const scopes: Readonly<Record<'workspace' | 'subscription', Scope>> = {
    workspace: { id: workspace.id, name: `workspace ${workspace.name}` },
    subscription: {
      id: `/subscriptions/${workspace.subscriptionId}`,
      name: `subscription ${workspace.subscriptionId}`,
    },
  };
  let asked: { readonly [scope in keyof typeof scopes]: Asked } | undefined;
  const answer = await probe({
    check: 'permissions',
    role: 'AzureML Data Scientist on the workspace',
    settings: 'RATCHET_WORKSPACE_ID and RATCHET_ARM_ENDPOINT',
    async ask() {
      const caller = await wiring.caller();
      const ask = async (scope: Scope): Promise<Asked> => ({
        caller,
        scope,
        permissions: await wiring.ownPermissions(scope.id),
      });
      const [ofWorkspace, ofSubscription] = await Promise.all([
        ask(scopes.workspace),
        ask(scopes.subscription),
      ]);
      asked = { workspace: ofWorkspace, subscription: ofSubscription };
      return `Azure says what ${caller} may do`;
    },
  });
  if (asked === undefined) return [answer];
  const { workspace: ofWorkspace, subscription } = asked;
  return (Object.keys(purposes) as Purpose[]).map((purpose) =>
    judge(purpose, onSubscription.includes(purpose) ? subscription : ofWorkspace, whyUnused(purpose, models)),
  );
}

/** Why nobody needs the right at present; null where somebody does. */
function whyUnused(purpose: Purpose, models: readonly ModelConfig[]): string | null {
  if (ofReleases.includes(purpose) && models.every(({ release }) => release.target === undefined))
    return 'no model file has release.target, which needs it';
  if (
    purpose === 'steps' &&
    !models.some(
      ({ training, evaluation }) =>
        isOfSteps(training) || isOfSteps(evaluation) || training.kind === 'automl',
    )
  )
    return 'no model file trains or evaluates by a pipeline, or trains by AutoML, which needs it';
  return null;
}

const isOfSteps = ({ kind }: { readonly kind?: string | undefined }): boolean =>
  kind === 'pipeline' || kind === 'pipeline-component';

function judge(purpose: Purpose, { caller, scope, permissions }: Asked, unused: string | null): Finding {
  const check = `right to ${purposes[purpose]}`;
  const needed = actionsFor(purpose);
  const missing = needed.filter((action) => !allows(permissions, action));
  if (missing.length === 0)
    return ok(check, `${caller} has ${counted(needed.length, 'action')} on ${scope.name}`);
  const actions = plural(missing.length, 'action');
  const saw = `${caller} may not: on ${scope.name} it lacks the ${actions} ${missing.join(', ')}`;
  const next = `give it a role with the ${actions} on ${scope.id}: docs/settings.md, Roles of the identity; a new role takes some minutes`;
  if (unused !== null) return warning(check, `${saw}; ${unused}`, next);
  return onSubscription.includes(purpose) ? warning(check, saw, next) : problem(check, saw, next);
}
