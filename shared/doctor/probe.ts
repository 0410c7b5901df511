/**
 * Asks one service a harmless question, and says what its answer, its refusal or its silence means.
 *
 * Invariants
 * 1. An answer within `limitMs`, whatever the service does: a probe that is late is reported and let go.
 * 2. What a client throws becomes a finding; nothing but its message is shown, with the secrets in it masked.
 */
import { statusOf } from '../azure/azure-error.ts';
import { maskSecrets } from '../mask-secrets.ts';
import { type Finding, ok, problem } from './finding.ts';

export interface Probe {
  readonly check: string;
  /** The role that the identity of the app needs for it, and on what: docs/deploy.md. */
  readonly role: string;
  /** Which settings say where it is. */
  readonly settings: string;
  /** Answers what was seen, or a finding of its own. */
  ask(): Promise<string | Finding>;
}

const limitMs = 15_000;

export async function probe({ check, role, settings, ask }: Probe): Promise<Finding> {
  const late = Symbol('late');
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<typeof late>((resolve) => {
    timer = setTimeout(resolve, limitMs, late);
  });
  try {
    const answer = await Promise.race([ask(), limit]);
    if (answer === late)
      return problem(
        check,
        `no answer within ${limitMs / 1000} s`,
        `check ${settings}, the network and firewalls on the way, and the health of the service`,
      );
    return typeof answer === 'string' ? ok(check, answer) : answer;
  } catch (error) {
    return describeFailure({ check, role, settings }, error);
  } finally {
    clearTimeout(timer);
  }
}

function describeFailure({ check, role, settings }: Omit<Probe, 'ask'>, error: unknown): Finding {
  const said = maskSecrets(error instanceof Error ? error.message : String(error)).slice(0, 500);
  const causes = causesOf(error);
  const status = causes.map(statusOf).find((each) => each !== null);
  const isDenied = status === 401 || status === 403 || causes.some(isUnauthorized);
  if (isDenied)
    return problem(
      check,
      said,
      `give the identity of the app the role ${role}; a new role takes some minutes`,
    );
  return problem(check, said, `check ${settings}, and that what they name is there and can be reached`);
}

function causesOf(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let each = error; each instanceof Error && found.length < 8; each = each.cause) found.push(each);
  return found;
}

/** The client of Service Bus has no status. */
const isUnauthorized = (error: unknown): boolean =>
  (error as { code?: unknown }).code === 'UnauthorizedAccess';
