/**
 * Deployments of the repository and their statuses (GitHub REST), in SQLite. Owns: which are understood, and what is refused.
 */
import type { Reply } from '../http/json-exchange.ts';
import { openDatabase } from '../process/open-database.ts';

const states = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'];
const describedAtMost = 140;

interface Deployment {
  readonly id: number;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly description: string;
  readonly payload: unknown;
  readonly statuses: readonly {
    readonly id: number;
    readonly state: string;
    readonly log_url: string;
    readonly description: string;
  }[];
}

export type Deployments = ReturnType<typeof openDeployments>;

export function openDeployments(file: string) {
  const database = openDatabase(
    file,
    'CREATE TABLE IF NOT EXISTS deployments (id INTEGER PRIMARY KEY AUTOINCREMENT, kept TEXT NOT NULL);',
  );
  const add = database.prepare('INSERT INTO deployments (kept) VALUES (?)');
  const set = database.prepare('UPDATE deployments SET kept = ? WHERE id = ?');
  const all = database.prepare('SELECT id, kept FROM deployments ORDER BY id DESC');
  const list = (): Deployment[] =>
    all.all().map((row) => ({
      ...(JSON.parse(String(row['kept'])) as Omit<Deployment, 'id'>),
      id: Number(row['id']),
    }));
  return {
    /** The newest first. */
    list,
    create(kept: Omit<Deployment, 'id' | 'statuses'>): Deployment {
      add.run(JSON.stringify({ ...kept, statuses: [] }));
      return list()[0]!;
    },
    change({ id, ...kept }: Deployment): void {
      set.run(JSON.stringify(kept), id);
    },
    close: () => database.close(),
  };
}

interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
  /** The only branch there is. */
  readonly branch: string;
  readonly refuse: (status: number, message: string) => Reply;
}

/** `path` after `deployments/`. */
export function answerDeployments(deployments: Deployments, asked: Asked, path: readonly string[]): Reply {
  const { method, url, refuse } = asked;
  const size = Number(url.searchParams.get('per_page') ?? 30);
  if (!(size >= 1 && size <= 100)) return refuse(422, 'Validation Failed');
  const [number, statuses] = path;
  if (path.length === 0 && method === 'GET') {
    const fits = (name: 'environment' | 'task' | 'ref') => (each: Deployment) =>
      (url.searchParams.get(name) ?? each[name]) === each[name];
    const found = deployments.list().filter(fits('environment')).filter(fits('task')).filter(fits('ref'));
    return { status: 200, body: found.slice(0, size).map(shown) };
  }
  if (path.length === 0 && method === 'POST') return create(deployments, asked);
  const deployment = deployments.list().find(({ id }) => String(id) === number);
  if (!deployment || path.length > 2 || (path.length === 2 && statuses !== 'statuses'))
    return refuse(404, 'Not Found');
  if (path.length === 1 && method === 'GET') return { status: 200, body: shown(deployment) };
  if (method === 'GET') return { status: 200, body: deployment.statuses.toReversed().slice(0, size) };
  return method === 'POST' ? addStatus(deployments, deployment, asked) : refuse(404, 'Not Found');
}

const shown = ({ statuses: _, ...rest }: Deployment): object => rest;

function create(deployments: Deployments, { body, branch, refuse }: Asked): Reply {
  const given = (body ?? {}) as Record<string, unknown>;
  const { ref, task = 'deploy', environment = 'production', description = '', payload = '' } = given;
  if (typeof ref !== 'string') return refuse(422, 'Invalid request.\n\n"ref" wasn\'t supplied.');
  if (ref !== branch) return refuse(422, `No ref found for: ${ref}`);
  const texts = [task, environment, description];
  if (!texts.every((each) => typeof each === 'string') || String(description).length > describedAtMost)
    return refuse(422, 'Validation Failed');
  // By default the branch is merged first, and every status check of the commit must have passed: nothing here has either.
  if (given['auto_merge'] !== false || JSON.stringify(given['required_contexts']) !== '[]')
    return refuse(409, 'Conflict: Commit status checks failed for main.');
  const kept = {
    ref,
    task: String(task),
    environment: String(environment),
    description: String(description),
    payload,
  };
  return { status: 201, body: shown(deployments.create(kept)) };
}

function addStatus(deployments: Deployments, deployment: Deployment, { body, refuse }: Asked): Reply {
  const {
    state,
    log_url: log = '',
    description = '',
    auto_inactive: ends = true,
  } = (body ?? {}) as Record<string, unknown>;
  if (typeof state !== 'string' || !states.includes(state)) return refuse(422, 'Validation Failed');
  if (typeof description !== 'string' || description.length > describedAtMost)
    return refuse(422, 'Validation Failed');
  if (typeof log !== 'string' || (log !== '' && !URL.canParse(log))) return refuse(422, 'Validation Failed');
  if (state === 'success' && ends === true) endOthers(deployments, deployment);
  const status = { id: deployment.statuses.length + 1, state, log_url: log, description };
  deployments.change({ ...deployment, statuses: [...deployment.statuses, status] });
  return { status: 201, body: status };
}

/** Earlier ones of the environment that were a success are shown as inactive. */
function endOthers(deployments: Deployments, { id, environment }: Deployment): void {
  for (const other of deployments.list()) {
    if (other.id === id || other.environment !== environment || other.statuses.at(-1)?.state !== 'success')
      continue;
    const status = { id: other.statuses.length + 1, state: 'inactive', log_url: '', description: '' };
    deployments.change({ ...other, statuses: [...other.statuses, status] });
  }
}
