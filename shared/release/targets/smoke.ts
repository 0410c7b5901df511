/**
 * Whether an answer to a smoke request is one, of the version that was asked for. Pure.
 *
 * Source of what a status means: "Troubleshoot online endpoints deployment and scoring", HTTP status codes: 408 where the
 * model took too long, 424 where the container answered anything but 200, its own status in
 * `ms-azureml-model-error-statuscode`.
 */
import type { ScoringAnswer } from '../../azure/scoring.ts';
import { maskSecrets } from '../../mask-secrets.ts';

const excerptChars = 200;

/** What a proxy answers for somebody who is not there. */
const proxies: readonly number[] = [502, 503, 504];

/**
 * Whether the code of the version has said nothing: its container has ended, is being started or moved, or was too slow.
 * It may answer in a while, as another answer of it will not change.
 */
export function isSilent(answer: ScoringAnswer): boolean {
  if (answer === null) return true;
  const { status, modelStatus } = answer;
  if (status === 424) return modelStatus === null || proxies.includes(modelStatus);
  return status === 408 || status === 500 || proxies.includes(status);
}

/** What is wrong with an answer, or null. `pattern` finds the secrets that must not be in the sentence. */
export function findSmokeProblem(
  answer: ScoringAnswer,
  versionAt: string,
  version: string,
  pattern: RegExp,
): string | null {
  if (answer === null) return 'gave no answer in time';
  const seen = describe(answer.text, pattern);
  if (answer.status !== 200) return `answered ${answer.status}${seen && `: ${seen}`}`;
  if (answer.isCut) return 'answered 200, but the answer breaks off or has more than 1 MB';
  let body: unknown;
  try {
    body = JSON.parse(answer.text);
  } catch {
    return `answered 200 with what is not JSON: ${seen || 'nothing'}`;
  }
  const found = readPointer(body, versionAt);
  if (isVersion(found, version)) return null;
  if (found === undefined) return `answered 200 without a version at ${versionAt}: ${seen}`;
  return `answered 200 with version ${describe(JSON.stringify(found), pattern)} at ${versionAt}`;
}

/** As text, or as a number that JSON has kept whole. */
function isVersion(found: unknown, version: string): boolean {
  return found === version || (Number.isSafeInteger(found) && String(found) === version);
}

function describe(text: string, pattern: RegExp): string {
  const line = maskSecrets(text, pattern).replaceAll(/\s+/g, ' ').trim();
  return line.length <= excerptChars ? line : `${line.slice(0, excerptChars).toWellFormed()}…`;
}

/** What a JSON pointer (RFC 6901) leads to; undefined: nothing. */
export function readPointer(value: unknown, pointer: string): unknown {
  const tokens = pointer.split('/').slice(1);
  let at: unknown = value;
  for (const token of tokens) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    // Of a list only its items: the pointer of an index has no zeros before it, and a length is no item.
    if (Array.isArray(at) && !/^(?:0|[1-9]\d*)$/.test(key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
