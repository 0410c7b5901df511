/**
 * The files of the page in the browser, as the build has left them (`dist/dashboard/`), and what each is answered with.
 *
 * Owns: which path is which file, and the headers. Does not own: what is in the files (dashboard/).
 *
 * Invariants
 * 1. A path is looked up among the names of the files that are there, and never opened: none leads out of the folder.
 * 2. The page may load and ask this app alone, runs no script and no style of its text, and is framed by nobody.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface File {
  readonly bytes: Uint8Array;
  readonly gzipped: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

interface Asked {
  /** Below `/api/ui/`. */
  readonly path: string;
  readonly acceptEncoding: string | null;
  readonly ifNoneMatch: string | null;
}

const policy = [
  "default-src 'none'",
  ...["script-src 'self'", "worker-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self'"],
  ...["base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"],
].join('; ');

const common = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Each of them, and whatever is below it, is a page that the shell draws; an id may end as the name of a file does. */
const pages = ['', 'inbox', 'models', 'decisions', 'runs', 'releases', 'audit'];

/** Reads what there is, once; the files are few and small. Throws where the build has not run. */
export function readDashboard(folder: string): (asked: Asked) => Answer {
  const names = readdirSync(join(folder, 'assets')).filter((name) => !name.endsWith('.gz'));
  const kept = 'public, max-age=31536000, immutable';
  const assets = new Map(names.map((name) => [`assets/${name}`, readOne(folder, `assets/${name}`, kept)]));
  const shell = readOne(folder, 'index.html', 'no-cache');
  return ({ path, acceptEncoding, ifNoneMatch }) => {
    const file = assets.get(path) ?? (isPage(path) ? shell : null);
    if (!file) return notFound(path);
    const { headers, etag } = file;
    if (namesTag(ifNoneMatch, etag)) return { status: 304, headers };
    const isGzip = takesGzip(acceptEncoding);
    return {
      status: 200,
      headers: isGzip ? { ...headers, 'content-encoding': 'gzip' } : headers,
      body: isGzip ? file.gzipped : file.bytes,
    };
  };
}

function readOne(folder: string, name: string, cacheControl: string): File {
  const bytes = readFileSync(join(folder, name));
  // Weak: compressed and plain bear the same.
  const etag = `W/"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
  const headers = {
    ...common,
    'content-type': types[name.split('.').at(-1)!] ?? 'application/octet-stream',
    'cache-control': cacheControl,
    vary: 'accept-encoding',
    etag,
  };
  return { bytes, gzipped: readFileSync(join(folder, `${name}.gz`)), headers, etag };
}

function isPage(path: string): boolean {
  const [first = ''] = path.split('/');
  return pages.includes(first) || (first !== 'assets' && !(path.split('/').at(-1) ?? '').includes('.'));
}

function notFound(path: string): Answer {
  const detail = `no file ${JSON.stringify(path.slice(0, 200))} of the page; the page begins at /api/ui`;
  const body = JSON.stringify({ status: 404, code: 'not-found', detail });
  return { status: 404, headers: { ...common, 'content-type': 'application/problem+json' }, body };
}

/** RFC 9110, 12.5.3: named, and not with a weight of none. */
function takesGzip(header: string | null): boolean {
  return (header ?? '')
    .slice(0, 1_000)
    .split(',')
    .some((coding) => /^\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*$)|$)/i.test(coding));
}

/** RFC 9110, 13.1.2: compared weakly. */
function namesTag(header: string | null, etag: string): boolean {
  return (header ?? '')
    .slice(0, 2_000)
    .split(',')
    .some((tag) => tag.trim().replace(/^(?:W\/)?/, 'W/') === etag);
}
