import { createHash } from 'node:crypto';

/** The names of Ratchet's runs and releases (RFC 9562, a namespace of our own). Never changed: the ids are known elsewhere. */
const namespace = Buffer.from('6b1f0f5e5d3c4c0fa9e27a6a1d0c7e52', 'hex');

/** A UUID of version 5: the same for the same name, wherever and whenever it is made. */
export function uuidOf(name: string): string {
  const bytes = createHash('sha1').update(namespace).update(name, 'utf8').digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
