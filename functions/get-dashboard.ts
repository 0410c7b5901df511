/**
 * The page in the browser: files without any data, which nobody has to be signed in for. What the page shows it asks of the
 * API, under `/api/signed-in/`, as whoever looks at it.
 */
import { fileURLToPath } from 'node:url';
import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { answering } from '../shared/http/respond.ts';
import { once } from '../shared/once.ts';

/** Beside the built functions. */
const folder = fileURLToPath(new URL('../dashboard/', import.meta.url));

const files = once(async () => (await import('../shared/pages/dashboard-files.ts')).readDashboard(folder));

app.http('get-dashboard', {
  route: 'ui/{*path}',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request: HttpRequest): Promise<HttpResponseInit> => {
    const answer = (await files())({
      path: (request.params['path'] ?? '').slice(0, 4_000),
      acceptEncoding: request.headers.get('accept-encoding'),
      ifNoneMatch: request.headers.get('if-none-match'),
    });
    return { status: answer.status, headers: answer.headers, ...(answer.body && { body: answer.body }) };
  }),
});
