import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTls, type TlsMaterial } from '../../../local/tls/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-tls-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const dayMs = 86_400_000;

async function statusFrom(tls: TlsMaterial, host: string, ca: string): Promise<number> {
  const server = createServer({ key: tls.key, cert: tls.cert }, (_request, response) => response.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, host === '[::1]' ? '::1' : '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise((resolve, reject) => {
      const asked = request(`https://${host}:${port}/`, { ca, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.on('error', reject);
      asked.end();
    });
  } finally {
    server.close();
  }
}

describe('the local certificates', () => {
  it('are trusted for the loopback names by whoever trusts the authority, and by nobody else', async () => {
    const tls = openTls(folder);
    for (const host of ['localhost', '127.0.0.1']) expect(await statusFrom(tls, host, tls.ca)).toBe(200);
    const other = openTls(join(folder, 'other'));
    await expect(statusFrom(tls, 'localhost', other.ca)).rejects.toThrow(/signature|issuer|certificate/);
    expect(new X509Certificate(tls.cert).subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
  });

  it('stay the same until they near their end, then are made anew', () => {
    const now = new Date();
    const first = openTls(folder, now);
    expect(openTls(folder, new Date(now.getTime() + 360 * dayMs))).toEqual(first);
    const renewed = openTls(folder, new Date(now.getTime() + 370 * dayMs));
    expect(renewed.cert).not.toBe(first.cert);
    expect(readFileSync(renewed.caFile, 'utf8')).toBe(renewed.ca);
  });

  it('are made anew when a file is damaged or belongs to another set', () => {
    const first = openTls(folder);
    writeFileSync(first.caFile, 'not a certificate');
    const second = openTls(folder);
    expect(second.ca).not.toBe(first.ca);
    writeFileSync(second.caFile, first.ca);
    expect(openTls(folder).ca).not.toBe(first.ca);
  });

  it('say what they are for: an authority for loopback names only, and a server', () => {
    const tls = openTls(folder);
    const [ca, cert] = [new X509Certificate(tls.ca), new X509Certificate(tls.cert)];
    expect(ca.ca).toBe(true);
    expect(cert.ca).toBe(false);
    expect(cert.checkIssued(ca)).toBe(true);
    expect(cert.verify(ca.publicKey)).toBe(true);
    expect(cert.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(cert.checkHost('example.com')).toBeUndefined();
  });
});
