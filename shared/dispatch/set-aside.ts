/**
 * Messages that cannot be read are set aside with the reason, as Event Grid does with what it cannot deliver: into blobs
 * under `dead-letters/`. A function in this language cannot put a message into the queue's own dead-letter queue, and a
 * message that came again and again would only hold up those behind it.
 */
import type { Blobs } from '../azure/blobs.ts';
import { shortHash } from '../domain/short-hash.ts';
import type { UnreadableBody } from '../signals/read-message.ts';

/** Sets a message aside and answers where. The same one again is the same blob. Throws where the storage is unavailable. */
export async function setAside(
  blobs: Pick<Blobs, 'writeJsonOnce'>,
  { reason, body }: UnreadableBody,
): Promise<string> {
  const kept = writable(body);
  const path = `dead-letters/${shortHash(JSON.stringify(kept) ?? '')}.json`;
  await blobs.writeJsonOnce(path, { deadLetterReason: reason, ...kept });
  return path;
}

/** Bytes that are text are kept as text: a person is to read them. */
function writable(body: unknown): { readonly body?: unknown; readonly bodyBase64?: string } {
  if (!(body instanceof Uint8Array) && !(body instanceof ArrayBuffer)) return { body };
  const bytes = Buffer.from(body instanceof ArrayBuffer ? new Uint8Array(body) : body);
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? { body: text } : { bodyBase64: bytes.toString('base64') };
}
