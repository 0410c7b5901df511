/** Builds who is asked at GitHub to run workflows, for the wiring. As lazily as it: see there. */
import type { TlsOptions } from './azure/tls.ts';
import type { GitHubStage } from './config/pipeline-stage-schema.ts';
import type { GitHubApp } from './controllers/github-app.ts';
import { RatchetError } from './errors.ts';
import type { Rest } from './release/channels/rest.ts';
import type { Settings } from './settings.ts';

interface Base {
  readonly settings: () => Promise<Settings>;
  readonly tls: () => Promise<TlsOptions>;
}

/** GitHub for a stage: by the token, or, where there is none, as an installation of the app. */
export function wireGitHub({ settings, tls }: Base) {
  const gitHubAs = async (authorize: () => Promise<string>): Promise<Rest> => {
    const [sdk, { Rest }, { adviseGitHub, gitHubHeaders }] = await Promise.all([
      import('@azure/core-rest-pipeline'),
      import('./release/channels/rest.ts'),
      import('./release/channels/github-actions.ts'),
    ]);
    return new Rest(sdk, {
      ...{ service: 'GitHub', baseUrl: (await settings()).github.url, tls: await tls() },
      ...{ advise: adviseGitHub, headers: gitHubHeaders },
      authorize: async () => bearer(await authorize()),
    });
  };

  /** By what a stage needs: an installation is asked for a token that may do that in that repository, and nothing else. */
  const apps = new Map<string, Promise<Rest>>();
  const gitHubApp = ({ repository, deployment }: GitHubStage, app: GitHubApp): Promise<Rest> => {
    const needs: Readonly<Record<string, 'write'>> = {
      actions: 'write',
      ...(deployment !== undefined && { deployments: 'write' }),
    };
    const key = `${repository} ${Object.keys(needs).join(' ')}`;
    const known = apps.get(key);
    if (known) return known;
    const made = (async () => {
      const { keepInstallationToken, signAppToken } = await import('./controllers/github-app.ts');
      const asApp = await gitHubAs(async () => signAppToken(app, Date.now()));
      return gitHubAs(keepInstallationToken(asApp, repository, needs, Date.now));
    })();
    apps.set(key, made);
    return made;
  };

  return async (stage: GitHubStage): Promise<Rest> => {
    const { github, gitHubApp: app } = await settings();
    const { token } = github;
    if (token !== null) return gitHubAs(async () => token);
    if (app === null) throw unset();
    return gitHubApp(stage, app);
  };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

function unset(): RatchetError {
  return new RatchetError(
    'bad-setting',
    'RATCHET_GITHUB_TOKEN, or RATCHET_GITHUB_APP_ID and RATCHET_GITHUB_APP_KEY, must be set where a release stage uses channel github; found nothing; see docs/settings.md',
    { subject: { settings: 'RATCHET_GITHUB_TOKEN' } },
  );
}
