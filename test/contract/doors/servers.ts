/** Every server of the local cloud and the host, as an outsider finds them: ports, and a way in that changes something. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { CloudState } from '../../../local/launch/cloud-state.ts';

export interface Door {
  readonly name: string;
  readonly tls: boolean;
  readonly port: number;
  readonly method: 'POST';
  readonly path: string;
}

export function listDoors(cloud: CloudState, hostUrl: string): readonly Door[] {
  const door = (name: string, url: string, path: string): Door => {
    const { protocol, port } = new URL(url);
    return { name, tls: protocol === 'https:', port: Number(port), method: 'POST', path };
  };
  const table = addressIn(cloud.storage, 'TableEndpoint');
  const blob = addressIn(cloud.storage, 'BlobEndpoint');
  return [
    door('the control server', cloud.control, '/shutdown'),
    door('the control server, rows', cloud.control, '/logs/Doors_CL'),
    door('identity', cloud.identityEndpoint, '/msi/token?api-version=2019-08-01&resource=https://x'),
    door('Event Grid', cloud.eventGridEndpoint, '/topics/workspace/api/events'),
    door('Azure ML, Resource Manager', cloud.armEndpoint, `${cloud.workspaceId}/jobs/doors/cancel`),
    door(
      'Azure ML, MLflow',
      cloud.armEndpoint,
      `/mlflow/v1.0${cloud.workspaceId}/api/2.0/mlflow/runs/log-metric`,
    ),
    door('online endpoints', cloud.scoringEndpoint, '/doors/score'),
    door(
      'Azure DevOps',
      cloud.azureDevOpsUrl,
      `${new URL(cloud.azureDevOpsUrl).pathname}/doors/_apis/pipelines/1/runs`,
    ),
    door('GitHub', cloud.gitHubUrl, '/api/v3/repos/local/ratchet/actions/workflows/doors.yml/dispatches'),
    door('the control server, notices', cloud.control, '/notices'),
    door('the control server, faults', cloud.control, '/online-endpoints/faults'),
    door('Log Analytics', cloud.logsEndpoint, `/v1/workspaces/${cloud.logsWorkspaceId}/query`),
    door('Azure DevOps', cloud.azureDevOpsUrl, '/ratchet/_apis/pipelines/1/runs?api-version=7.1'),
    door('GitHub', cloud.gitHubUrl, '/repos/local/ratchet/actions/runs/1/cancel'),
    door('the control server, pipelines', cloud.control, '/pipelines/doors'),
    door('storage, blobs', blob, '/devstoreaccount1?comp=batch'),
    door('storage, tables', table, '/devstoreaccount1/Tables'),
    door('the host, admin', hostUrl, '/admin/local/shutdown'),
    door('the host, a function by hand', hostUrl, '/admin/functions/schedule-tick'),
    door(
      'the host, Event Grid webhook',
      hostUrl,
      '/runtime/webhooks/eventgrid?functionName=workspace-events',
    ),
    door(
      'the host, durable webhook',
      hostUrl,
      '/runtime/webhooks/durabletask/orchestrators/look-at-schedules',
    ),
    door('the host, durable client', hostUrl, '/durabletask/orchestrators/look-at-schedules'),
    door('the application, kill switch', hostUrl, '/api/fleet/operations'),
    door('the application, signed hook', hostUrl, '/api/hooks/models/tiny/data'),
    door('the application, alerts', hostUrl, '/api/alerts'),
  ];
}

function addressIn(connectionString: string, field: string): string {
  return new RegExp(`${field}=([^;]+)`).exec(connectionString)![1]!;
}

export const serviceBusPort = (cloud: CloudState): number =>
  Number(new URL(addressIn(cloud.serviceBus, 'Endpoint').replace('sb:', 'http:')).port);

export interface Attack {
  readonly name: string;
  /** In place of the server's own. */
  readonly host?: (port: number) => string;
  readonly target?: (port: number, path: string) => string;
  readonly headers?: (door: Door) => Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends one request as bytes; answers with all that comes back until the connection ends. */
export function knock(door: Door, attack: Attack): Promise<string> {
  const { port, path, method } = door;
  const body = attack.body ?? '{}';
  const headers = {
    host: attack.host?.(port) ?? ownName(door),
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...attack.headers?.(door),
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return sendBytes(
    door,
    `${method} ${attack.target?.(port, path) ?? path} HTTP/1.1\r\n${head.join('')}\r\n${body}`,
  );
}

export const ownName = ({ tls, port }: Door): string => `${tls ? 'localhost' : '127.0.0.1'}:${port}`;

const silenceLimitMs = 20_000;

export function sendBytes(
  { port, tls }: { port: number; tls: boolean },
  bytes: string | Uint8Array,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls
      ? connectTls({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false })
      : connectPlain(port, '127.0.0.1');
    socket.once(tls ? 'secureConnect' : 'connect', () => socket.write(bytes));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.setTimeout(silenceLimitMs, () => {
      socket.destroy();
      reject(new Error(`port ${port} neither answered nor closed the connection`));
    });
  });
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? Number.NaN);
}

export interface Listener {
  readonly port: number;
  /** As the system writes it: hexadecimal, `0100007F` for 127.0.0.1. */
  readonly address: string;
}

/** What these processes and their children listen on, as Linux tells. */
export function listenersOf(pids: readonly number[]): Listener[] {
  const inodes = new Set(family(pids).flatMap(socketInodes));
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && inodes.has(fields[9]!))
    .map((fields) => {
      const [address = '', port = ''] = fields[1]!.split(':');
      return { address, port: Number.parseInt(port, 16) };
    });
}

function family(pids: readonly number[]): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = readText(`/proc/${entry}/stat`);
    parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const found = new Set(pids);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

function socketInodes(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1] ?? [];
    } catch {
      return []; // closed meanwhile
    }
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // ended meanwhile
  }
}
