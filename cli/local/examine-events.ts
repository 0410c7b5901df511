import { findRunningCloud } from './running-cloud.ts';

interface Report {
  readonly name: string;
  readonly validated: boolean;
  readonly pending: number;
}

/** The subscriptions of the local Event Grid: whether each handshake has been answered, and how many events wait. */
export async function examineLocalEvents() {
  const check = 'event subscriptions';
  let reports: readonly Report[];
  try {
    const { cloud } = findRunningCloud();
    reports = (await (await fetch(`${cloud.control}/subscriptions`)).json()) as readonly Report[];
  } catch {
    // The service of another folder, whose cloud is not to be found from here.
    return [];
  }
  return reports.map(({ name, validated, pending }) =>
    validated
      ? ({ check, state: 'ok', saw: `${name} is agreed, ${pending} events wait`, next: '' } as const)
      : ({
          check,
          state: 'problem',
          saw: `${name}: its handshake has not been answered, and ${pending} events wait`,
          next: 'see the log of the local cloud for what the endpoint answers',
        } as const),
  );
}
