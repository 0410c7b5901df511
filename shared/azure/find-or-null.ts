import { RatchetError } from '../errors.ts';
import { azureError, isAbsent } from './azure-error.ts';

/** What the workspace answers to a read; null where what was asked for is not there. */
export async function findOrNull<T extends { readonly properties?: unknown }>(
  asked: string,
  subject: Readonly<Record<string, string>>,
  read: () => Promise<T>,
): Promise<T | null> {
  try {
    const found = await read();
    // An answer that is none, such as an empty body of a gateway: the client hands it on.
    if (found?.properties) return found;
    throw new RatchetError('azure-unavailable', `${asked}: the response has no properties`, { subject });
  } catch (error) {
    if (isAbsent(error)) return null;
    throw azureError(asked, subject, error);
  }
}
