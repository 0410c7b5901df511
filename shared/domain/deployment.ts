export interface DeployedModel {
  readonly name: string;
  readonly version: string;
  /** The registry it is from, which has its own numbers; absent where that is the workspace's. */
  readonly registry?: string;
}

/** What an endpoint of the workspace serves, as the latest event about it told. */
export interface Deployment {
  readonly endpoint: string;
  /** Every version it serves, of whatever model. */
  readonly models: readonly DeployedModel[];
  /** When it was deployed so (ISO 8601, UTC). */
  readonly since: string;
  readonly eventId: string;
}

/** Where a version of a model serves. */
export interface Serving {
  readonly endpoint: string;
  readonly version: string;
  readonly registry?: string;
  readonly since: string;
}

/** Events come in any order: the later one counts, and of two at the same time always the same one. */
export function isLater(next: Deployment, known: Deployment): boolean {
  if (next.since !== known.since) return next.since > known.since;
  return next.eventId > known.eventId;
}

/** Where versions of each model serve, by its name, the latest deployment first. */
export function groupServing(deployments: readonly Deployment[]): ReadonlyMap<string, readonly Serving[]> {
  const latest = [...deployments].sort((a, b) => (a.since < b.since ? 1 : a.since > b.since ? -1 : 0));
  const all = latest.flatMap(({ endpoint, models, since }) =>
    models.map(({ name, version, registry }) => ({
      name,
      serving: { endpoint, version, ...(registry && { registry }), since },
    })),
  );
  const byModel = new Map<string, Serving[]>();
  for (const { name, serving } of all) {
    const known = byModel.get(name);
    if (known) known.push(serving);
    else byModel.set(name, [serving]);
  }
  return byModel;
}
