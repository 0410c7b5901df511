/** Resource Manager as the application sees it: the workspace behind a front that can be told what to answer. */
import { createServer, type Server } from 'node:https';
import { localCloud } from '../../../local/cloud-context.ts';
import { type Answer, ask } from '../azure-ml/workspace-fixture.ts';
import type { LocalServices } from './local-services.ts';

export type ArmAnswer = readonly [status: number, body: unknown];

/** `instead` says what is answered to a path below the workspace, in place of the workspace; null: nothing else. */
export async function openFront(
  { azureMl, tls }: LocalServices,
  instead: (path: string) => ArmAnswer | null,
): Promise<Server> {
  const { cert, key, ca } = tls;
  const url = `${process.env['IDENTITY_ENDPOINT']}?api-version=2019-08-01&resource=https://management.azure.com`;
  const given = await fetch(url, { headers: { 'x-identity-header': process.env['IDENTITY_HEADER']! } });
  const { access_token: token } = (await given.json()) as { access_token: string };
  const server = createServer({ cert, key }, async (request, response) => {
    const path = request.url!.split('?')[0]!.replace(localCloud.workspaceId, '');
    const [status, body] =
      instead(path) ?? answerOf(await ask(`${azureMl.endpoint}${request.url}`, ca, { token }));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return server;
}

const answerOf = ({ status, json }: Answer): ArmAnswer => [status, json];

export const refusal = (status: number, code: string): ArmAnswer => [
  status,
  { error: { code, message: `${code}.` } },
];
