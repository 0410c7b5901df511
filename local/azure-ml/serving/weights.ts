/**
 * Which deployment a request goes to. Pure: chance comes from outside.
 *
 * Sources: "Perform safe rollout of new deployments for real-time inference" (traffic, the header, what is mirrored).
 */
export interface Weights {
  /** Percent by deployment; sums to 100, or to 0 for none. */
  readonly traffic: Readonly<Record<string, number>>;
  /** Percent of what no header names a deployment for; at most one deployment. */
  readonly mirrorTraffic: Readonly<Record<string, number>>;
}

/** Null where no deployment has traffic. `random` gives numbers from 0 up to, but not, 1. */
export function chooseByWeight({ traffic }: Weights, random: () => number): string | null {
  const taking = Object.entries(traffic).filter(([, percent]) => percent > 0);
  const total = taking.reduce((sum, [, percent]) => sum + percent, 0);
  let left = random() * total;
  for (const [deployment, percent] of taking) {
    if (left < percent) return deployment;
    left -= percent;
  }
  return taking.at(-1)?.[0] ?? null;
}

/** The deployment that is sent a copy; null for none. */
export function chooseMirror({ mirrorTraffic }: Weights, random: () => number): string | null {
  const [mirror] = Object.entries(mirrorTraffic).filter(([, percent]) => percent > 0);
  return mirror && random() * 100 < mirror[1] ? mirror[0] : null;
}
