import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Certificates, makeCertificates } from './certificates.ts';

export interface TlsMaterial extends Certificates {
  /** Where the authority's PEM lies, for NODE_EXTRA_CA_CERTS. */
  readonly caFile: string;
}

const renewBeforeMs = 30 * 86_400_000;

/**
 * The local cloud's certificates, kept in `folder`: made the first time, and anew when they are near their end,
 * damaged or not of one piece. Goes by real time whatever the clock says, for so do the clients that check them.
 */
export function openTls(folder: string, now: Date = new Date()): TlsMaterial {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const caFile = join(folder, 'ca.pem');
  const kept = read(folder);
  if (kept && stillGood(kept, now)) return { ...kept, caFile };
  const made = makeCertificates(now);
  write(join(folder, 'server-key.pem'), made.key, 0o600);
  write(join(folder, 'server.pem'), made.cert, 0o644);
  write(caFile, made.ca, 0o644);
  return { ...made, caFile };
}

function read(folder: string): Certificates | undefined {
  const [ca, cert, key] = ['ca.pem', 'server.pem', 'server-key.pem'].map((name) => join(folder, name));
  if (!existsSync(ca!) || !existsSync(cert!) || !existsSync(key!)) return undefined;
  return {
    ca: readFileSync(ca!, 'utf8'),
    cert: readFileSync(cert!, 'utf8'),
    key: readFileSync(key!, 'utf8'),
  };
}

function stillGood(kept: Certificates, now: Date): boolean {
  try {
    const authority = new X509Certificate(kept.ca);
    const server = new X509Certificate(kept.cert);
    const endsMs = Math.min(authority.validToDate.getTime(), server.validToDate.getTime());
    const ofOnePiece =
      server.verify(authority.publicKey) && server.checkPrivateKey(createPrivateKey(kept.key));
    return ofOnePiece && endsMs - now.getTime() > renewBeforeMs;
  } catch {
    return false; // unreadable: make it anew
  }
}

/** A reader sees the old file or the new one, never half of one. */
function write(file: string, text: string, mode: number): void {
  writeFileSync(`${file}.new`, text, { mode });
  renameSync(`${file}.new`, file);
}
