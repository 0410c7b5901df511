/** From a registered function to its blob trigger, or why it cannot run here. */

import { errorText, LocalError } from '../../process/local-error.ts';
import type { RegisteredFunction } from '../contract.ts';
import { type BlobStore, createBlobStore } from './blob-store.ts';
import { openBlobService, readBlobConnection } from './connection.ts';
import { type PathPattern, parsePathPattern } from './path-pattern.ts';

export interface BlobTrigger {
  readonly fn: RegisteredFunction;
  readonly pattern: PathPattern;
  readonly store: BlobStore;
}

export async function openBlobTrigger(fn: RegisteredFunction): Promise<BlobTrigger> {
  const { name, trigger } = fn;
  if (trigger['sdkBinding'] === true) {
    throw refusal(
      name,
      'sdkBinding is not supported by the embedded host; leave it out to receive the whole blob',
    );
  }
  const pattern = readPattern(name, trigger['path']);
  const { connection } = trigger;
  const connectionName = typeof connection === 'string' && connection !== '' ? connection : 'Storage';
  const service = await openBlobService(name, readBlobConnection(name, connectionName));
  return { fn, pattern, store: createBlobStore(service) };
}

function readPattern(functionName: string, path: unknown): PathPattern {
  if (typeof path !== 'string') throw refusal(functionName, 'path: expected "container" or "container/name"');
  try {
    return parsePathPattern(path);
  } catch (error) {
    throw refusal(functionName, `path ${JSON.stringify(path)}: ${errorText(error)}`);
  }
}

function refusal(functionName: string, reason: string): LocalError {
  return new LocalError('binding', `function ${functionName}: ${reason}`);
}
