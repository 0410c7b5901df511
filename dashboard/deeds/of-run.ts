/** What can be done to a run, in the words of docs/operators.md. */
import type { Deed } from '../parts/act.tsx';
import { operation } from './operation.ts';

export const cancelRun = (model: string, runId: string): Deed =>
  operation(model, { action: 'cancel-run', runId }, () => ['cancel', runId], {
    label: 'Cancel',
    tone: 'danger',
    title: `Cancel run ${runId}`,
    does: 'Its job is cancelled, and no further release stage is notified. What the run has spent stays spent.',
  });

export const acceptRun = (model: string, runId: string): Deed =>
  operation(model, { action: 'accept-run', runId }, () => ['accept', runId], {
    label: 'Accept',
    tone: 'main',
    title: `Accept run ${runId}`,
    does: 'Its gates are inconclusive. Accepted, its challenger is registered and released as if they had passed, with your name on it.',
  });

export const refuseRun = (model: string, runId: string): Deed =>
  operation(model, { action: 'refuse-run', runId }, () => ['refuse', runId], {
    label: 'Refuse',
    title: `Refuse run ${runId}`,
    does: 'It ends as inconclusive and releases nothing.',
  });

export const breakGlass = (model: string, runId: string): Deed =>
  operation(model, { action: 'break-glass', runId }, () => ['break-glass', runId], {
    label: 'Override the gates',
    tone: 'danger',
    title: `Override the gates of run ${runId}`,
    does: 'Its challenger was blocked by its gates. It is promoted against them once a second person has said the same within 24 hours; both names and reasons stand in the ledger for ever.',
  });
