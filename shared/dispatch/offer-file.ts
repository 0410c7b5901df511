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
    const message = `model ${model} does not listen to data; set triggers.data in its model file`;
    throw new RatchetError('not-listening', message, { subject: { model } });
  }
  const path = `${data.path}${file}`;
  if (dataFileName(data, path) === null) {
    const message = `file ${JSON.stringify(file)} is not data of model ${model} by data.files and data.ignore of its model file; give it another name, or change them`;
    throw new RatchetError('not-listening', message, { subject: { model, file } });
  }
  const found = await blobs.find(path);
  if (!found) {
    const message = `there is no file ${JSON.stringify(file)} below ${data.path}; upload it first, then tell of it`;
    throw new RatchetError('not-found', message, { subject: { model, file } });
  }
  if (found.bytes === 0) {
    const message = `file ${JSON.stringify(file)} below ${data.path} is empty, and an empty file is no data; upload its content, then tell of it`;
    throw new RatchetError('not-listening', message, { subject: { model, file } });
  }
  const signal = dataSignal(model, found, { source, observedAt: null });
  const outcome = await offerSignal(client, { signal, pinned });
  return { signalId: signal.id, repeated: outcome === 'repeated' };
}
