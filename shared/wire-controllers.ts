/** Builds what other controllers are called back with, for the wiring. As lazily as it: see there. */
import type { TlsOptions } from './azure/tls.ts';
import { RatchetError } from './errors.ts';
import type { Rest } from './release/channels/rest.ts';
import type { Settings } from './settings.ts';

interface Base {
  readonly settings: () => Promise<Settings>;
  readonly tls: () => Promise<TlsOptions>;
}

/** Nothing is kept between calls: each goes with a token of its own. */
export function wireControllers({ settings, tls }: Base) {
  /** GitHub with a token, or as an app. */
  const gitHubWith = async (makeToken: () => string): Promise<Rest> => {
    const [sdk, { Rest }, { gitHubHeaders }, { adviseReview }] = await Promise.all([
      import('@azure/core-rest-pipeline'),
      import('./release/channels/rest.ts'),
      import('./release/channels/github-actions.ts'),
      import('./controllers/review-deployment.ts'),
    ]);
    return new Rest(sdk, {
      ...{ service: 'GitHub', baseUrl: (await settings()).github.url, tls: await tls() },
      ...{ advise: adviseReview, headers: gitHubHeaders },
      authorize: async () => ({ authorization: `Bearer ${makeToken()}` }),
    });
  };

  return {
    /** The organization of Azure DevOps, with the token of a check. */
    async azureDevOpsAs(token: string): Promise<Rest> {
      const { azureDevOpsUrl } = await settings();
      if (azureDevOpsUrl === null) throw unset('RATCHET_AZURE_DEVOPS_URL');
      const [sdk, { Rest }, { adviseCheck }] = await Promise.all([
        import('@azure/core-rest-pipeline'),
        import('./release/channels/rest.ts'),
        import('./controllers/azure-check.ts'),
      ]);
      return new Rest(sdk, {
        ...{ service: 'Azure DevOps', baseUrl: azureDevOpsUrl, tls: await tls(), advise: adviseCheck },
        authorize: async () => ({ authorization: `Bearer ${token}` }),
      });
    },

    /** GitHub as an installation of our app in a repository; without an app, with the token that pipelines are started with. */
    async gitHubAs(installationId: number | null, repository: string): Promise<Rest> {
      const { github, gitHubApp } = await settings();
      if (gitHubApp === null || installationId === null) {
        if (github.token === null) throw unset('RATCHET_GITHUB_APP_ID and RATCHET_GITHUB_APP_KEY');
        const own = github.token;
        return gitHubWith(() => own);
      }
      const { getInstallationToken, signAppToken } = await import('./controllers/github-app.ts');
      const app = await gitHubWith(() => signAppToken(gitHubApp, Date.now()));
      const review = { deployments: 'write' } as const;
      const { token } = await getInstallationToken(app, installationId, repository, review);
      return gitHubWith(() => token);
    },
  };
}

function unset(names: string): RatchetError {
  return new RatchetError(
    'bad-setting',
    `${names} must be set where another controller is called back; found nothing; see docs/foreign-controllers.md`,
    { subject: { settings: names } },
  );
}
