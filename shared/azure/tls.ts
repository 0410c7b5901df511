/** Whom a client of Azure trusts, and for which audience its tokens are. */
import { readFileSync } from 'node:fs';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { RatchetError } from '../errors.ts';

/** Azure Resource Manager and Log Analytics are their own audiences; MLflow takes the token of the former. */
export function scopeOf(endpoint: string): string {
  return `${endpoint}/.default`;
}

/** What the HTTP clients take, and give to every connection as it is: whom it trusts, as PEM or as read before. */
export interface TlsOptions {
  readonly tlsOptions?: { readonly ca?: string[]; readonly secureContext?: SecureContext };
}

/**
 * The well-known authorities and, where a file is set, its own: read once, for more than a hundred certificates take each
 * connection ten milliseconds. Errors: `bad-setting` where the file cannot be read.
 */
export function readTls(caFile: string | null): TlsOptions {
  if (caFile === null) return {};
  try {
    const ca = [...rootCertificates, readFileSync(caFile, 'utf8')];
    return { tlsOptions: { secureContext: createSecureContext({ ca }) } };
  } catch (cause) {
    throw new RatchetError(
      'bad-setting',
      `RATCHET_CA_FILE must be a PEM file that can be read; found ${JSON.stringify(caFile)}, ${(cause as Error).message}; correct the path or leave it out`,
      { subject: { settings: 'RATCHET_CA_FILE' }, cause },
    );
  }
}
