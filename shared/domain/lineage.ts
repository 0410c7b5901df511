/**
 * The tags a registered model version carries. They tie it to its run, and they are how Ratchet knows its own
 * registrations: a ModelRegistered event whose version has `ratchetRun` starts nothing.
 */
export interface LineageTags {
  readonly ratchetRun: string;
  /** How many, and a hash of the list, which is in the ledger: a tag could not hold it. */
  readonly ratchetSignals: string;
  readonly ratchetConfigHash: string;
  readonly ratchetGateReportHash: string;
  readonly ratchetDataHash: string;
  /** Version the challenger was judged against, or `none`. */
  readonly ratchetParentVersion: string;
  /** The run that registered it; absent where a person did. */
  readonly ratchetParentRun?: string;
  /** Who accepted it where the gates could not say. */
  readonly ratchetAccepted?: string;
  /** Who promoted it against the gates, and why. */
  readonly ratchetBreakGlass?: string;
}

/** A tag of the registry holds so many characters. */
export const tagLength = 256;

export const runTag = 'ratchetRun';

/** The tag of a version that a run has chosen again as a past champion: the latest such run. */
export const chosenTag = 'ratchetChosenBy';

/** The tag of a deployment that a release has made: the release's id. */
export const releaseTag = 'ratchetRelease';

/** Whether tags, with whatever casing the event used for the keys, mark one of our own registrations. */
export function isOwnRegistration(tags: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(tags).some((key) => key.toLowerCase() === runTag.toLowerCase());
}

/**
 * The job that trained a model, by where its files lie; null where no run of ours wrote them. A trial of a sweep leaves them in a
 * folder of its own name, which begins with that of the sweep; one that ran elsewhere below a folder of the job's name.
 */
export function trainingJobOf(modelUri: string): { readonly runId: string; readonly attempt: number } | null {
  const [, path = ''] = /\/paths\/(.*)$/.exec(modelUri) ?? [];
  const own = /^runs\/([^/]+)\/model(?:-([1-9]\d*))?\/?$/.exec(path);
  const trial = /(?:^|\/)([^/]+)-train(?:-([1-9]\d*))?_\d+\//;
  const outside = /(?:^|\/)([^/]+-\d{8}-[0-9a-f]+)-train(?:-([1-9]\d*))?(?:\/|$)/;
  const [, runId, attempt = '1'] = own ?? trial.exec(path) ?? outside.exec(path) ?? [];
  return runId === undefined ? null : { runId, attempt: Number(attempt) };
}

/** The run that did. */
export function trainingRunOf(modelUri: string): string | null {
  return trainingJobOf(modelUri)?.runId ?? null;
}
