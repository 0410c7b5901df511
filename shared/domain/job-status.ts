/** What a job's status means, in whatever casing it comes; `Cancelled` stands beside `Canceled` in the documentation. */
const endings: Readonly<Record<string, 'succeeded' | 'failed'>> = {
  completed: 'succeeded',
  failed: 'failed',
  canceled: 'failed',
  cancelled: 'failed',
};

/** How a job ended; null where it has not, or the status is none we know: then it may go on. */
export function endOfJob(status: string): 'succeeded' | 'failed' | null {
  const known = status.toLowerCase();
  return Object.hasOwn(endings, known) ? endings[known]! : null;
}
