/**
 * How often the workspace was asked, by whoever is no job: nothing is billed for it, but Resource Manager limits its calls. What asks
 * without a good token is not counted.
 */
export interface Calls {
  /** Of Resource Manager: GET and HEAD. */
  reads: number;
  /** Of Resource Manager: PUT, PATCH and POST. */
  writes: number;
  /** Of Resource Manager. */
  deletes: number;
  /** Of the workspace's own address: MLflow, run history and artifacts. */
  tracking: number;
}

export const noCalls = (): Calls => ({ reads: 0, writes: 0, deletes: 0, tracking: 0 });

export function countCall(calls: Calls, method: string, path: string): void {
  if (!/^\/subscriptions\//i.test(path)) calls.tracking++;
  else if (method === 'GET' || method === 'HEAD') calls.reads++;
  else if (method === 'DELETE') calls.deletes++;
  else calls.writes++;
}
