import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readStateFile } from '../process/state-file.ts';
import { logTail } from './child.ts';
import type { LocalCloud } from './local-cloud.ts';

const KeysSchema = z.looseObject({ hostKeys: z.looseObject({ default: z.string() }) });

export interface ServedModel {
  readonly model: string;
  /** What is wrong with its file, in lines. */
  readonly problems: readonly string[];
}

/**
 * Asks the application once, so that settings it cannot work with are told at the start and not with the first request.
 * Answers the models it has.
 */
export async function checkService(local: LocalCloud, logStart: number): Promise<readonly ServedModel[]> {
  const keys = readStateFile(join(local.home, 'host', 'keys.json'), KeysSchema);
  const headers = { 'x-functions-key': keys?.hostKeys.default ?? '' };
  const response = await fetch(`${local.apiRoot}/models`, { headers });
  const text = await response.text();
  if (response.ok) return (JSON.parse(text) as { models: ServedModel[] }).models;
  const said = findSetting(local.logFiles.host, logStart);
  throw new Error(
    said ??
      `the service answered ${response.status} to its first request: ${text.slice(0, 500)}\n${logTail(local.logFiles.host, logStart)}`,
  );
}

/** What the application says of its settings, without what the log puts before it. */
function findSetting(logFile: string, fromByte: number): string | undefined {
  const text = readFileSync(logFile).subarray(fromByte).toString('utf8');
  return /bad-setting: (.*?)(?: \(invocation [^)]*\))?$/m.exec(text)?.[1];
}
