/** What can be seen from where the command runs, and what the service says of itself. */
import { existsSync } from 'node:fs';
import { checkFolder, formatProblem } from '../check-config.ts';
import { findService, type Where } from '../find-service.ts';
import { readVersion } from '../project.ts';
import { askService } from '../service.ts';
import type { Finding } from './finding.ts';

const clockLimitMs = 60_000;

/** Never throws where something is wrong: that is a finding. */
export async function examineFromHere(
  where: Where & { readonly json?: boolean },
): Promise<readonly Finding[]> {
  const here = [
    {
      check: 'ratchet',
      state: 'ok',
      saw: `version ${readVersion()} on Node ${process.versions.node}`,
      next: '',
    } as const,
    ...examineModels(process.env['RATCHET_MODELS_DIR'] || 'models'),
  ];
  const service = findService(where);
  const answers = await examineAddress(service.base, service.described);
  if (answers.some(({ state }) => state === 'problem')) return [...here, ...answers];
  return [...here, ...answers, ...(await askTheService(where, service.base))];
}

function examineModels(folder: string): readonly Finding[] {
  if (!existsSync(folder)) return [];
  const { problems, warnings, valid } = checkFolder(folder);
  const check = `model files in ${folder}`;
  return [
    ...problems.map(
      (each) =>
        ({ check, state: 'problem', saw: formatProblem(each), next: 'mend it: ratchet validate' }) as const,
    ),
    ...warnings.map(
      (each) =>
        ({ check, state: 'warning', saw: formatProblem(each), next: 'see whether it is intended' }) as const,
    ),
    ...(problems.length === 0
      ? [{ check, state: 'ok', saw: `${valid.length} valid`, next: '' } as const]
      : []),
  ];
}

/** Whether something answers there at all, and whether its clock and this one agree. */
async function examineAddress(base: string, described: string): Promise<readonly Finding[]> {
  let response: Response;
  try {
    response = await fetch(`${base}/api/whoami`, { redirect: 'manual', signal: AbortSignal.timeout(15_000) });
  } catch (error) {
    const cause = (error as Error).cause;
    const why = cause instanceof Error ? cause.message : (error as Error).message;
    return [
      {
        check: 'address',
        state: 'problem',
        saw: `nothing answers at ${base}, ${described}: ${why}`,
        next: 'start the service with ratchet up, or name it with --url',
      },
    ];
  }
  const found: Finding = { check: 'address', state: 'ok', saw: `${base}, ${described}, answers`, next: '' };
  const date = Date.parse(response.headers.get('date') ?? '');
  const skewS = Math.round((Date.now() - date) / 1000);
  if (Number.isNaN(skewS) || Math.abs(skewS) * 1000 <= clockLimitMs) return [found];
  return [
    found,
    {
      check: 'clock here',
      state: 'warning',
      saw: `${Math.abs(skewS)} s ${skewS > 0 ? 'ahead of' : 'behind'} that of the service`,
      next: 'set the clock of this machine: tokens are refused when clocks differ',
    },
  ];
}

async function askTheService(
  where: Where & { readonly json?: boolean },
  base: string,
): Promise<readonly Finding[]> {
  const check = 'service';
  try {
    const answer = (await askService(where, 'doctor')) as {
      workspace: string | null;
      findings: readonly Finding[];
    };
    return [...answer.findings, ...(await examineEvents(base, answer.workspace))];
  } catch (error) {
    const saw = error instanceof Error ? error.message : String(error);
    const next = /misconfigured/.test(saw)
      ? 'ask with a function key, which needs no settings: ratchet doctor --key KEY; or read the log of the app'
      : 'ask as somebody with the role operator, or with a function key; the service must be of this version';
    return [{ check, state: 'problem', saw, next }];
  }
}

async function examineEvents(base: string, workspace: string | null): Promise<readonly Finding[]> {
  const host = new URL(base).hostname;
  if (host === '127.0.0.1' || host === 'localhost') {
    const { examineLocalEvents } = await import('../local/examine-events.ts');
    return examineLocalEvents();
  }
  if (workspace === null) return [];
  const { examineAzureEvents } = await import('./azure-events.ts');
  return examineAzureEvents(workspace, host);
}
