/** What is asked of endpoints and deployments beside their definitions: keys, tokens, logs. */
import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import type { Reply } from '../../http/json-exchange.ts';
import { notFound, userError } from '../../http/service-error.ts';
import type { TokenAuthority } from '../../identity/index.ts';
import { optional, problemsOf } from '../details.ts';
import type { Request } from '../http.ts';
import type { Params, Routes } from '../match.ts';
import { issueEndpointToken } from '../serving/authorize.ts';
import type { Faults } from '../serving/faults.ts';
import { instanceOf, type Serving } from '../serving/serving.ts';
import type { EndpointKeyStore } from '../store/endpoint-keys.ts';
import type { Endpoint, OnlineStore } from '../store/online.ts';
import { checkIdle, noEndpoint } from './online-replies.ts';

interface ActionDependencies {
  readonly online: OnlineStore;
  readonly keys: EndpointKeyStore;
  readonly identity: TokenAuthority;
  readonly serving: Pick<Serving, 'find' | 'openLog'>;
  readonly faults: Faults;
}

export function onlineActionRoutes(deps: ActionDependencies): Routes {
  return {
    'POST /onlineEndpoints/:endpoint/listKeys': (_request, params) => {
      const { endpoint } = findEndpoint(deps, params, 'Key', 'has no keys');
      return { status: 200, body: deps.keys.of(endpoint) };
    },
    'POST /onlineEndpoints/:endpoint/regenerateKeys': (request, params) => regenerate(request, params, deps),
    'POST /onlineEndpoints/:endpoint/token': (_request, params) => {
      const endpoint = findEndpoint(deps, params, 'AMLToken', 'gives no tokens');
      return { status: 200, body: issueEndpointToken(endpoint, deps.identity) };
    },
    'POST /onlineEndpoints/:endpoint/deployments/:name/getLogs': (request, params) =>
      getLogs(request, params, deps),
  };
}

function findEndpoint(
  { online }: ActionDependencies,
  { endpoint = '' }: Params,
  mode: string,
  otherwise: string,
): Endpoint {
  const found = online.findEndpoint(endpoint);
  if (!found) throw noEndpoint(endpoint);
  const { authMode } = found.resource.properties;
  if (authMode === mode) return found;
  throw userError(`Endpoint ${found.endpoint} ${otherwise}: its authMode is ${authMode}, not ${mode}`);
}

const RegenerateSchema = z.strictObject({
  keyType: z.enum(['Primary', 'Secondary']),
  keyValue: optional(z.string().min(16, 'must have 16 characters at least')),
});

/** Done at once, where the service takes a while: 200 is an answer of the specification, too. */
function regenerate(request: Request, params: Params, deps: ActionDependencies): Reply {
  const { endpoint } = findEndpoint(deps, params, 'Key', 'has no keys');
  const parsed = RegenerateSchema.safeParse(request.body);
  if (!parsed.success) throw userError(`The request cannot be read: ${problemsOf('body', parsed.error)}`);
  checkIdle(deps, endpoint, `regenerate a key of endpoint ${endpoint}`);
  deps.keys.change(endpoint, parsed.data.keyType, parsed.data.keyValue);
  return { status: 200 };
}

const LogsSchema = z.strictObject({
  containerType: optional(z.enum(['StorageInitializer', 'InferenceServer'])),
  tail: optional(z.int().min(1)),
});
const longestTailBytes = 1024 * 1024;

async function getLogs(request: Request, params: Params, deps: ActionDependencies): Promise<Reply> {
  const { endpoint = '', name = '' } = params;
  const deployment = deps.online.findDeployment(endpoint, name);
  if (!deployment) throw notFound(`Online deployment ${name} of endpoint ${endpoint}`);
  const parsed = LogsSchema.safeParse(request.body ?? {});
  if (!parsed.success) throw userError(`The request cannot be read: ${problemsOf('body', parsed.error)}`);
  const { containerType, tail } = parsed.data;
  if (containerType === 'StorageInitializer') return { status: 200, body: { content: '' } };
  // That of what was asked for last: where it has failed, it tells why.
  const last = await deps.serving.openLog(instanceOf(deployment.operation));
  const served = deps.serving.find(endpoint, name);
  const log = last ?? (served ? await deps.serving.openLog(served.id) : null);
  return { status: 200, body: { content: log === null ? '' : lastLines(await readTail(log), tail) } };
}

async function readTail(log: FileHandle): Promise<string> {
  try {
    const { size } = await log.stat();
    const length = Math.min(size, longestTailBytes);
    const { buffer, bytesRead } = await log.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await log.close();
  }
}

function lastLines(text: string, tail: number | undefined): string {
  if (tail === undefined) return text;
  const lines = text.replace(/\n$/, '').split('\n');
  return lines
    .slice(-tail)
    .map((line) => `${line}\n`)
    .join('');
}
