import type { Blobs } from '../azure/blobs.ts';
import { dataFileName } from '../config/data-files.ts';
import type { PinnedModel } from '../config/schema.ts';
import { RatchetError } from '../errors.ts';
import { dataSignal, listensToData } from '../signals/data-signal.ts';
import type { OrchestrationStarter } from './instances.ts';
import { offerSignal } from './offer-signal.ts';

interface DataNotice {
  readonly pinned: PinnedModel;
  /** Name below the model's data path. */
  readonly file: string;
  /** Who tells of it, as the signal's source. */
  readonly source: string;
}

/**
 * Offers the signal of a file that somebody says is there: the same signal that the storage's own event asks with.
 * Throws `not-listening` and `not-found`.
 */
export async function offerFile(
  client: OrchestrationStarter,
  blobs: Blobs,
  { pinned, file, source }: DataNotice,
): Promise<{ readonly signalId: string; readonly repeated: boolean }> {
  const { model, data } = pinned.config;
  if (!listensToData(pinned.config)) {
    const message = `model ${model} takes no data signals: its model file has no triggers.data; add it to start runs on new files`;
    throw new RatchetError('not-listening', message, { subject: { model } });
  }
  const path = `${data.path}${file}`;
  if (dataFileName(data, path) === null) {
    const message = `file ${JSON.stringify(file)} is left out by data.files and data.ignore in the model file of ${model}; rename the file, or change these fields`;
    throw new RatchetError('not-listening', message, { subject: { model, file } });
  }
  const found = await blobs.find(path);
  if (!found) {
    const message = `there is no file ${JSON.stringify(file)} below ${data.path}; upload it, then send the notice again`;
    throw new RatchetError('not-found', message, { subject: { model, file } });
  }
  if (found.bytes === 0) {
    const message = `file ${JSON.stringify(file)} below ${data.path} is empty, and empty files are not used; upload its content, then send the notice again`;
    throw new RatchetError('not-listening', message, { subject: { model, file } });
  }
  const signal = dataSignal(model, found, { source, observedAt: null });
  const outcome = await offerSignal(client, { signal, pinned });
  return { signalId: signal.id, repeated: outcome === 'repeated' };
}
