/** Builds what reaches the targets of releases, for the wiring. As lazily as it: see there. */
import type { TokenCredential } from '@azure/identity';
import type { Permission } from './azure/own-permissions.ts';
import { scopeOf, type TlsOptions } from './azure/tls.ts';
import type { TargetConfig } from './config/target-schema.ts';
import { once } from './once.ts';
import type { ReleaseTarget } from './release/targets/target.ts';
import type { Settings } from './settings.ts';

interface Base {
  readonly settings: () => Promise<Settings>;
  readonly credential: () => Promise<TokenCredential>;
  readonly tls: () => Promise<TlsOptions>;
}

export function wireTargets({ settings, credential, tls }: Base) {
  const connections = once(async () => {
    const { workspace, armEndpoint } = await settings();
    const [sdk, { ResourceManager }, { Scoring }] = await Promise.all([
      import('@azure/core-rest-pipeline'),
      import('./azure/resource-manager.ts'),
      import('./azure/scoring.ts'),
    ]);
    const trust = await tls();
    const identity = await credential();
    const options = { endpoint: armEndpoint, credential: identity, scope: scopeOf(armEndpoint), tls: trust };
    return {
      workspace,
      resources: new ResourceManager(sdk, options),
      scoring: new Scoring(sdk, trust),
      token: async (scope: string): Promise<string> => (await identity.getToken(scope))?.token ?? '',
      now: () => new Date(),
    };
  });

  const resources = async () => (await connections()).resources;

  /** What serves a model, as `release.target` of its file has it. */
  const releaseTarget = async (target: TargetConfig): Promise<ReleaseTarget> => {
    const { OnlineEndpointTarget } = await import('./release/targets/online-endpoint.ts');
    return new OnlineEndpointTarget({ target, ...(await connections()) });
  };

  /** What the app itself may do at a scope, and who it is to Azure. */
  const ownPermissions = async (scope: string): Promise<readonly Permission[]> =>
    (await import('./azure/own-permissions.ts')).listOwnPermissions(await resources(), scope);
  const caller = async (): Promise<string> => {
    const [{ describeCaller }, { armEndpoint }] = await Promise.all([
      import('./azure/caller.ts'),
      settings(),
    ]);
    return describeCaller(await (await connections()).token(scopeOf(armEndpoint)));
  };

  return { releaseTarget, resources, ownPermissions, caller };
}
