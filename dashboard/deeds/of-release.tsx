/** What can be done to a release, and to what serves, in the words of docs/releases.md. */
import type { Deed } from '../parts/act.tsx';
import { operation } from './operation.ts';

export const approveRelease = (model: string, releaseId: string, binding: string): Deed =>
  operation(
    model,
    { action: 'approve-release', releaseId, binding },
    () => ['release', 'approve', releaseId, '--binding', binding],
    {
      label: 'Approve',
      tone: 'main',
      title: `Approve release ${releaseId}`,
      does: (
        <>
          Your name stands for exactly what is listed under its binding{' '}
          <code title={binding}>{binding.slice(0, 12)}…</code>. If anything of it changes before the stage is
          left, the approval is void.
        </>
      ),
    },
  );

export const rejectRelease = (model: string, releaseId: string): Deed =>
  operation(model, { action: 'reject-release', releaseId }, () => ['release', 'reject', releaseId], {
    label: 'Reject',
    tone: 'danger',
    title: `Reject release ${releaseId}`,
    does: 'The version goes back, and the target stays as it was before this release.',
  });

export const abortRelease = (model: string, releaseId: string): Deed =>
  operation(model, { action: 'abort-release', releaseId }, () => ['release', 'abort', releaseId], {
    label: 'Abort',
    tone: 'danger',
    title: `Abort release ${releaseId}`,
    does: 'It goes back, wherever it is: every request is given to the version before, and the new one is taken away once that is seen to answer.',
  });

export const resumeRelease = (model: string, releaseId: string, does: string): Deed =>
  operation(model, { action: 'resume-release', releaseId }, () => ['release', 'resume', releaseId], {
    label: 'Resume',
    tone: 'main',
    title: `Resume release ${releaseId}`,
    does,
  });

export const acceptRelease = (model: string, releaseId: string): Deed =>
  operation(model, { action: 'accept-release', releaseId }, () => ['release', 'accept', releaseId], {
    label: 'Accept without evidence',
    title: `Accept release ${releaseId}`,
    does: 'Labelled rows could not say in time whether the version does well. Accepted, it is settled all the same, with your name on it.',
  });

export const rollBack = (model: string, versions: readonly string[]): Deed =>
  operation(
    model,
    { action: 'roll-back' },
    ({ version = '' }) => ['roll-back', model, ...(version === '' ? [] : ['--to', version])],
    {
      label: 'Roll back',
      tone: 'danger',
      title: `Roll ${model} back`,
      does: 'A settled version from before is given every request, as a release of its own: deployed where it is gone, its files compared, asked, and watched. A release that is under way is aborted.',
      fields: [
        {
          name: 'version',
          label: 'To version',
          options: [
            { value: '', label: 'the settled one before that which serves' },
            ...versions.map((value) => ({ value, label: `version ${value}` })),
          ],
        },
      ],
    },
  );

export const drill = (model: string): Deed =>
  operation(model, { action: 'drill' }, () => ['release', 'drill', model], {
    label: 'Drill the way back',
    title: `Drill the way back of ${model}`,
    does: 'The version a rollback would go to is deployed beside the one that serves, asked, and taken away again. No request of a customer is answered by it.',
  });

export const quarantine = (model: string, version: string): Deed =>
  operation(model, { action: 'quarantine', version }, () => ['quarantine', `${model}:${version}`], {
    label: 'Quarantine',
    tone: 'danger',
    title: `Quarantine version ${version} of ${model}`,
    does: 'A release of the version goes back, nothing goes back to it, and whoever asks is answered that it may not be used. A version that serves everybody goes on: roll back to have another one serve.',
  });

export const liftQuarantine = (model: string, version: string): Deed =>
  operation(
    model,
    { action: 'lift-quarantine', version },
    () => ['quarantine', `${model}:${version}`, '--lift'],
    {
      label: 'Lift the quarantine',
      title: `Lift the quarantine of version ${version} of ${model}`,
      does: 'The version may be used again, as far as nothing else forbids it.',
    },
  );
