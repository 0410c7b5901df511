import { vi } from 'vitest';
import { main } from '../../cli/main.ts';

interface Audited {
  readonly isWhole: boolean;
  readonly findings: readonly { readonly sentence: string }[];
  readonly ledger: { readonly same: number; readonly uncovered: number };
}

/** What was asked for last: what is printed is of one at a time. */
let before: Promise<unknown> = Promise.resolve();

/** What `ratchet audit verify --ledger` says of a service. */
export function auditLedger(url: string): Promise<Audited> {
  const asked = before.then(() => audit(url));
  before = asked.catch(() => undefined);
  return asked;
}

async function audit(url: string): Promise<Audited> {
  const said: string[] = [];
  const printed = vi.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
  try {
    await main(['audit', 'verify', '--ledger', '--json', '--url', url]);
  } finally {
    printed.mockRestore();
  }
  return JSON.parse(said.join('\n')) as Audited;
}
