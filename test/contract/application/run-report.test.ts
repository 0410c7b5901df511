import { HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import { beforeAll, describe, expect, it } from 'vitest';
import { beginRegistration } from '../../../local/functions-host/app/core-api.ts';
import { run } from '../../fixtures/ledger.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';
import { loadSteps, type RunStep } from './run-steps.ts';

let services: LocalServices;
let step: RunStep;
let ask: (id: string) => Promise<HttpResponseInit>;

beforeAll(async () => {
  services = await startServices(temporaryFolder());
  step = await loadSteps(services.settings);
  const { registration, lock } = beginRegistration(() => {});
  await import('../../../functions/get-run-report.ts');
  lock();
  const { callback } = registration.functions.get('get-run-report')!;
  const context = { error: () => {} } as unknown as InvocationContext;
  ask = async (id) => {
    const url = `http://localhost/api/runs/${encodeURIComponent(id)}/report`;
    return (await callback(
      new HttpRequest({ method: 'GET', url, params: { id } }),
      context,
    )) as HttpResponseInit;
  };
});

const runId = 'spam-filter-20020902-1f2e3d4c';
const detailOf = ({ body }: HttpResponseInit): string => JSON.parse(String(body)).detail;

describe("GET a run's report", () => {
  it('answers 404 for a run nobody knows, and for one that was not judged', async () => {
    for (const unknown of [runId, '', '../x', "m'-20260101-0", 'a'.repeat(5000)]) {
      expect((await ask(unknown)).status, unknown).toBe(404);
    }
    expect(detailOf(await ask(runId))).toBe(
      'no run "spam-filter-20020902-1f2e3d4c" in the ledger; GET /api/runs lists them',
    );
    await step('record-run', run({ runId }));
    const unjudged = await ask(runId);
    expect(unjudged).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/problem+json' },
    });
    expect(detailOf(unjudged)).toBe(
      `run "${runId}" has no gate report yet; it is written when the run's gates are judged; GET /api/runs/{id} shows the run's progress`,
    );
  });

  it('answers the page that is stored, which may do nothing but be read', async () => {
    await step('record-run', run({ runId }));
    const page = Buffer.from('<!doctype html><title>é</title>');
    await services.container.getBlockBlobClient(`runs/${runId}/gate-report.html`).upload(page, page.length);
    const { status, headers, body } = await ask(runId);
    expect(status ?? 200).toBe(200);
    expect(body).toBe(page.toString());
    expect(headers).toEqual({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  });
});
