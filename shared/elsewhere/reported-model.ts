/**
 * Where the model of a training that ran elsewhere lies. Pure.
 *
 * Invariant: it lies in the workspace's default datastore, which is what Ratchet can look into, below a folder of the training's
 * own name: a report may not name files that somebody else has made.
 */
import { datastore, datastoreUri, longUri, modelPath } from '../azure/run-files.ts';
import type { OutsideEnd } from './training-channel.ts';

interface Asked {
  readonly runId: string;
  readonly attempt: number;
  /** Name of the job. */
  readonly job: string;
  readonly workspaceId: string;
}

/** `path` is in the container of the workspace and ends in a slash; `uri` is null where it is the folder that was given. */
type Located = { readonly path: string; readonly uri: string | null } | { readonly error: string };

export function locateModel(reports: OutsideEnd['reports'], asked: Asked): Located {
  const [first, ...others] = new Set(reports.map((report) => JSON.stringify(report)));
  if (first === undefined) return { path: modelPath(asked.runId, asked.attempt), uri: null };
  if (others.length > 0) return { error: `it reports ${others.length + 1} models that differ; report one` };
  const { model, ...more } = (JSON.parse(first) ?? {}) as { model?: unknown };
  const [unknown] = Object.keys(more);
  if (typeof model !== 'string' || unknown !== undefined)
    return {
      error: `its report must be {"model": "azureml://…"} and nothing else; found ${first.slice(0, 200)}`,
    };
  return readAddress(model, asked);
}

function readAddress(model: string, { job, workspaceId }: Asked): Located {
  const prefix = longUri(workspaceId, datastoreUri(''));
  const long = longUri(workspaceId, model);
  const found = JSON.stringify(model.slice(0, 300));
  const isOurs = long.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase();
  if (!isOurs)
    return {
      error: `the model that it reports must lie in the default datastore of the workspace, azureml://datastores/${datastore}/paths/…; found ${found}; copy it there`,
    };
  const path = long.slice(prefix.length).replace(/\/+$/, '');
  const segments = path.split('/');
  const isPlain =
    /^[^\p{Cc}\\%?#]{1,900}$/u.test(path) && segments.every((part) => part !== '' && !/^\.+$/.test(part));
  if (!isPlain || !segments.includes(job))
    return {
      error: `the model that it reports must lie below a folder named ${job}, so that it is known whose it is, by a path without . and .. and without escapes; found ${found}`,
    };
  return { path: `${path}/`, uri: datastoreUri(`${path}/`) };
}
