import type { ModelConfig } from '../config/schema.ts';
import { counted } from '../domain/plural.ts';
import type { Signal } from '../domain/signal.ts';

/** A file in a model's data path with the content that it had. */
export interface UploadedFile {
  readonly path: string;
  readonly etag: string;
  readonly bytes: number;
}

/** Whether uploads concern a model: they ask for a run, count for the new rows that its policy wants to see, or are missed. */
export function listensToData({ triggers, policy }: ModelConfig): boolean {
  const isMissed = triggers.absences?.some(({ of }) => of === 'data') ?? false;
  return triggers.data !== false || countsRows(policy) || isMissed;
}

/** Whether the policy wants to see rows before a run starts. */
export function countsRows({ minimumNewRows, rowsAfterChange }: ModelConfig['policy']): boolean {
  return minimumNewRows !== undefined || rowsAfterChange !== undefined;
}

/** The signal of an uploaded file: the same one, whoever tells of the same content. */
export function dataSignal(
  model: string,
  { path, etag: given, bytes }: UploadedFile,
  by: Pick<Signal, 'source' | 'observedAt'>,
): Signal {
  // Etags come with quotes or without.
  const etag = given.replaceAll('"', '');
  return {
    id: `data:${model}:${path}:${etag}`,
    model,
    kind: 'data',
    observedAt: by.observedAt,
    source: by.source,
    summary: `File ${path} (${counted(bytes, 'byte')}) arrived.`,
    evidence: { path, etag, bytes },
    newData: { rows: null, bytes },
  };
}
