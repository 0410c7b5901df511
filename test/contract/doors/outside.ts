/**
 * Azure DevOps and GitHub as far as they are called back: strict about who calls, where and with what.
 *
 * Sources: "Events - Post Event" (Azure DevOps REST); "Review custom deployment protection rules for a workflow run" and "Create an
 * installation access token for an app" (GitHub REST).
 */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { afterAll } from 'vitest';
import { z } from 'zod';
import { jsonBodies } from '../../../local/http/guard.ts';
import { type Reply, readJson, send } from '../../../local/http/json-exchange.ts';
import { listenOnLoopback } from '../../../local/http/listen.ts';
import type { TlsMaterial } from '../../../local/tls/index.ts';

interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A call that was taken: of which path, with what. */
export interface Taken {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly at: number;
}

const guid = z.guid();
const EventSchema = z.strictObject({
  name: z.literal('TaskCompleted'),
  taskId: guid,
  jobId: guid,
  result: z.enum(['succeeded', 'failed']),
});
const ReviewSchema = z.strictObject({
  environment_name: z.string(),
  state: z.enum(['approved', 'rejected']).optional(),
  comment: z.string().min(1).max(1024),
});
const TokenSchema = z.strictObject({
  repositories: z.tuple([z.string()]),
  permissions: z.strictObject({ deployments: z.literal('write') }),
});

export const jobToken = `eyJ0eXAiOiJKV1Qi.${'j'.repeat(600)}.signature-of-the-job`;
const installationToken = `ghs_${'i'.repeat(36)}`;
const appKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const gitHubApp = {
  id: 'Iv23ctest',
  key: appKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};

export async function openOutside(tls: TlsMaterial) {
  const { origin, serve, stop } = await listenOnLoopback({ port: 0, tls, bodies: jsonBodies });
  afterAll(() => stop());
  const taken: Taken[] = [];
  const refused: string[] = [];
  let failures: number[] = [];
  const answer = (call: Call): Reply => {
    const failed = failures.shift();
    const reply = failed ? refuse(failed) : answerCall(call);
    if (reply.status >= 300) refused.push(`${reply.status} ${call.url.pathname}`);
    else if (!call.url.pathname.endsWith('/access_tokens'))
      taken.push({ path: call.url.pathname, body: call.body as Taken['body'], at: Date.now() });
    return reply;
  };
  serve((message, response) => {
    const { method = 'GET', headers } = message;
    const url = new URL(message.url ?? '/', origin);
    void readJson(message)
      .then((body) => answer({ method, url, headers, body }))
      .then((reply) => send(message, response, reply));
  });
  return {
    azureDevOps: `${origin}/contoso`,
    gitHub: `${origin}/api/v3`,
    taken,
    refused,
    /** The next calls are answered with these. */
    failNext(statuses: number[]) {
      failures = statuses;
    },
  };
}

const refuse = (status: number): Reply => ({ status, body: { message: `refused with ${status}` } });

function answerCall(call: Call): Reply {
  if (call.method !== 'POST') return refuse(405);
  if (call.url.pathname.startsWith('/contoso/')) return answerAzureDevOps(call);
  return call.url.pathname.startsWith('/api/v3/') ? answerGitHub(call) : refuse(404);
}

function answerAzureDevOps({ url, headers, body }: Call): Reply {
  if (headers.authorization !== `Bearer ${jobToken}`) return refuse(401);
  if (url.searchParams.get('api-version') !== '2.0-preview.1') return refuse(400);
  const path = /^\/contoso\/([^/]+)\/_apis\/distributedtask\/hubs\/checks\/plans\/([^/]+)\/events$/;
  const [, project, plan] = path.exec(url.pathname) ?? [];
  if (!guid.safeParse(project).success || !guid.safeParse(plan).success) return refuse(404);
  return EventSchema.safeParse(body).success ? { status: 200 } : refuse(400);
}

function answerGitHub({ url, headers, body }: Call): Reply {
  if (headers['x-github-api-version'] !== '2022-11-28' || !headers['user-agent']) return refuse(403);
  const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  if (url.pathname === '/api/v3/app/installations/77/access_tokens') {
    if (!isAppToken(bearer)) return refuse(401);
    return TokenSchema.safeParse(body).success
      ? { status: 201, body: { token: installationToken } }
      : refuse(422);
  }
  if (bearer !== installationToken) return refuse(401);
  const path = /^\/api\/v3\/repos\/contoso\/models\/actions\/runs\/\d+\/deployment_protection_rule$/;
  if (!path.test(url.pathname)) return refuse(404);
  return ReviewSchema.safeParse(body).success ? { status: 204 } : refuse(422);
}

/** Signed by the app, of now, and for ten minutes at most. */
function isAppToken(token: string): boolean {
  const [head = '', claims = '', signature = ''] = token.split('.');
  const key = createPublicKey(appKeys.privateKey);
  if (!verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url')))
    return false;
  const { iat, exp, iss } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
    iat: number;
    exp: number;
    iss: string;
  };
  const now = Date.now() / 1000;
  return iss === gitHubApp.id && iat <= now && exp > now && exp - iat <= 600;
}
