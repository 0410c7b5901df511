/** Whom a client of Azure trusts, and for which audience its tokens are. */
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { RatchetError } from '../errors.ts';

/** Azure Resource Manager and Log Analytics are their own audiences; MLflow takes the token of the former. */
export function scopeOf(endpoint: string): string {
  return `${endpoint}/.default`;
}

/** What the HTTP clients take: the well-known authorities and, where a file is set, its own. */
export interface TlsOptions {
  readonly tlsOptions?: { ca: string[] };
}

/** Errors: `bad-setting` where the file cannot be read. */
export function readTls(caFile: string | null): TlsOptions {
  if (caFile === null) return {};
  try {
    return { tlsOptions: { ca: [...rootCertificates, readFileSync(caFile, 'utf8')] } };
  } catch (cause) {
    throw new RatchetError(
      'bad-setting',
      `RATCHET_CA_FILE must be a PEM file that can be read; found ${JSON.stringify(caFile)}, ${(cause as Error).message}; correct the path or leave it out`,
      { subject: { settings: 'RATCHET_CA_FILE' }, cause },
    );
  }
}
