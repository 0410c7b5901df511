import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readDashboard } from '../../../shared/pages/dashboard-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-dashboard-'));
const files = {
  'index.html': '<p>shell</p>',
  'assets/page-ABC.js': 'page()',
  'assets/style-DEF.css': 'p {}',
};
mkdirSync(join(folder, 'assets'));
for (const [name, text] of Object.entries(files)) {
  writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, `${name}.gz`), gzipSync(text));
}
writeFileSync(join(folder, 'secret.txt'), 'secret');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const dashboard = readDashboard(folder);
const get = (path: string, more: { acceptEncoding?: string; ifNoneMatch?: string } = {}) => {
  const { body, ...answer } = dashboard({ path, acceptEncoding: null, ifNoneMatch: null, ...more });
  return { ...answer, text: body === undefined ? null : Buffer.from(body).toString() };
};

describe('the files of the page', () => {
  it.each([
    '',
    'inbox',
    'runs/spam-filter-20261129-fbb26c82',
    'models/a.b',
    'decisions/data:tiny:mail/2026.csv',
    'decisions/data%3Atiny%3Aa.js',
    'somewhere',
  ])('answer the shell at %j, which looks like a page', (path) => {
    expect(get(path)).toMatchObject({ status: 200, text: '<p>shell</p>' });
    expect(get(path).headers['cache-control']).toBe('no-cache');
  });

  it.each([
    'assets/page-XYZ.js',
    'favicon.ico',
    'assets',
    'assets/',
    'robots.txt',
    'page.js',
    'assets/page-ABC.js.gz',
  ])('have no %j, and say so', (path) => {
    expect(get(path).status).toBe(404);
    expect(JSON.parse(get(path).text!)).toMatchObject({ status: 404, code: 'not-found' });
  });

  it('are kept for ever, each under the name of what is in it', () => {
    const { status, headers, text } = get('assets/page-ABC.js');
    expect({ status, text }).toEqual({ status: 200, text: 'page()' });
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
    });
    expect(get('assets/style-DEF.css').headers['content-type']).toBe('text/css; charset=utf-8');
  });

  it('are sent once to whoever names the tag', () => {
    const { etag = '' } = get('').headers;
    for (const ifNoneMatch of [etag, etag.slice(2), `"other", ${etag}`])
      expect(get('', { ifNoneMatch }), ifNoneMatch).toMatchObject({ status: 304, text: null });
    expect(get('', { ifNoneMatch: '"other"' }).status).toBe(200);
    expect(get('assets/page-ABC.js', { ifNoneMatch: etag }).status).toBe(200);
  });

  it.each([
    ['gzip, deflate, br', true],
    ['br;q=1.0, gzip;q=0.5', true],
    ['*', true],
    ['br', false],
    ['gzip;q=0', false],
    ['gzip; q=0.0, br', false],
    ['x-gzip-not', false],
  ])('are compressed for %j: %s', (acceptEncoding, isGzip) => {
    const answer = dashboard({ path: 'assets/page-ABC.js', acceptEncoding, ifNoneMatch: null });
    expect(answer.headers['content-encoding']).toBe(isGzip ? 'gzip' : undefined);
    const bytes = Buffer.from(answer.body as Uint8Array);
    expect((isGzip ? gunzipSync(bytes) : bytes).toString()).toBe('page()');
  });

  it('let the page load and ask this app alone, wherever they are asked for', () => {
    for (const path of ['', 'assets/page-ABC.js', 'nothing.js']) {
      const { headers } = get(path);
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
      );
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
      });
    }
  });

  it('are no way to any other file, whatever a path is made of', () => {
    const part = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '%2e%2e',
      '%2f',
      'assets',
      'secret.txt',
      'index.html',
      '\0',
      'C:',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        for (const path of [parts.join(''), parts.join('/')])
          expect([null, '<p>shell</p>'].includes(get(path).text) || get(path).status === 404, path).toBe(
            true,
          );
      }),
    );
  });
});
