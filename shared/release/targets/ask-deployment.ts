/**
 * Sends a deployment the smoke requests of the model file.
 *
 * Owns: how one is let in, and in which order requests go. Does not own: what a good answer is (smoke.ts).
 *
 * What lets us in is asked for anew each time, and is in no answer, error or log.
 */
import { azureError } from '../../azure/azure-error.ts';
import type { Asked, Json, ResourceManager } from '../../azure/resource-manager.ts';
import type { Scoring } from '../../azure/scoring.ts';
import type { TargetConfig } from '../../config/target-schema.ts';
import { counted } from '../../domain/plural.ts';
import { RatchetError } from '../../errors.ts';
import { secretPattern } from '../../mask-secrets.ts';
import type { EndpointReader } from './endpoint-reader.ts';
import type { Endpoint } from './endpoint-resources.ts';
import { findSmokeProblem, isSilent } from './smoke.ts';
import type { Deployed, ReleaseTarget } from './target.ts';

export interface Asking {
  readonly resources: Pick<ResourceManager, 'post'>;
  readonly scoring: Pick<Scoring, 'ask'>;
  /** A token of Microsoft Entra for this scope. */
  readonly token: (scope: string) => Promise<string>;
}

/** For all smoke requests together: less than a function may take. */
const allTimeoutMs = 240_000;
/** The audience of Azure Machine Learning itself, for endpoints with `authMode` AADToken. */
const scoringScope = 'https://ml.azure.com/.default';

/**
 * Each request must be answered with 200 and this version. Errors: `azure-unavailable` where nobody could say, such as
 * an endpoint that cannot be reached or lets us in no more.
 */
export async function askDeployment(
  asking: Asking,
  reader: EndpointReader,
  { deployment, model: { version } }: Deployed,
  smoke: NonNullable<TargetConfig['smoke']>,
): ReturnType<ReleaseTarget['askVersion']> {
  const asked = reader.about(`asking deployment ${deployment} of endpoint ${reader.name}`, deployment);
  // Nothing asked is nothing answered: a model file that names a smoke file has its requests once it is read.
  if (smoke.requests.length === 0)
    throw reader.refusal(`${asked.asked}: there are no smoke requests in ${smoke.file ?? 'the model file'}`);
  const endpoint = await reader.endpoint();
  const uri = endpoint.scoringUri;
  if (!uri)
    throw new RatchetError('azure-unavailable', `${asked.asked}: there is no scoring address yet`, asked);
  const secret = await secretOf(asking, reader, endpoint);
  const known = secretPattern([secret]);
  const of = { uri, deployment, secret, signal: AbortSignal.timeout(allTimeoutMs) };
  const count = smoke.requests.length;
  for (const [at, body] of smoke.requests.entries()) {
    const answer = await asking.scoring.ask(asked, { ...of, body });
    if (answer && answer.status in notTheVersions) throw notAsked(asked, endpoint, answer.status);
    const problem = findSmokeProblem(answer, smoke.versionAt, version, known);
    if (problem !== null) {
      const why = `deployment ${deployment}, asked as version ${version} with smoke request ${at + 1} of ${count}, ${problem}`;
      return { answered: false, ...(isSilent(answer) && { silent: true as const }), why };
    }
  }
  const why = `deployment ${deployment} answered ${counted(count, 'smoke request')} as version ${version}`;
  return { answered: true, why };
}

/** What lets us ask the endpoint for predictions. */
async function secretOf(
  { resources, token }: Asking,
  reader: EndpointReader,
  { authMode }: Endpoint,
): Promise<string> {
  const asked = reader.about(`asking for what lets Ratchet into endpoint ${reader.name}`);
  switch (authMode.toLowerCase()) {
    case 'key':
      return textOf(asked, await resources.post(asked, reader.id, 'listKeys'), 'primaryKey');
    case 'amltoken':
      return textOf(asked, await resources.post(asked, reader.id, 'token'), 'accessToken');
    case 'aadtoken':
      return token(scoringScope).catch((error: unknown) => {
        throw azureError(asked.asked, asked.subject, error);
      });
    default:
      throw reader.refusal(
        `${asked.asked}: its authMode must be Key, AMLToken or AADToken; found ${authMode}`,
      );
  }
}

function textOf({ asked, subject }: Asked, answer: Json, field: string): string {
  const text = answer[field];
  if (typeof text === 'string' && text !== '') return text;
  throw new RatchetError('azure-unavailable', `${asked}: the answer holds no ${field}`, { subject });
}

/**
 * Answers of the endpoint that say nothing of the version: a key may have been changed, a role is assigned minutes
 * later, many people may ask just now.
 */
const notTheVersions: Readonly<Record<number, string>> = {
  401: "check the app's identity and its roles, listed in docs/settings.md",
  403: "check the app's identity and its roles, listed in docs/settings.md",
  429: 'wait, or give its deployments more machines in release.target.instances',
};

function notAsked({ asked, subject }: Asked, { authMode }: Endpoint, status: number): RatchetError {
  const what =
    status === 429 ? 'more is asked of it than it takes' : `it takes what authMode ${authMode} says`;
  const message = `${asked}: the endpoint answered ${status}: ${what}; ${notTheVersions[status]}`;
  return new RatchetError('azure-unavailable', message, { subject });
}
