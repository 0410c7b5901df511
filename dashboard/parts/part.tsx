/** A part of a view that is asked for by itself: what it shows until there is an answer, and where there is none. */
import type { ComponentChildren } from 'preact';
import type { ServiceError } from '../service/ask.ts';
import { askAgain, type Resource } from '../service/resource.ts';

interface PartProps<T> {
  readonly of: Resource<T>;
  /** What is asked for, in a sentence: `the runs`. */
  readonly what: string;
  readonly children: (data: T) => ComponentChildren;
}

export function Part<T>({ of: { data, error }, what, children }: PartProps<T>) {
  if (data !== null)
    return (
      <>
        {error && <Failure error={error} what={what} isStale />}
        {children(data)}
      </>
    );
  if (error) return <Failure error={error} what={what} isStale={false} />;
  return (
    <div class="loading" role="status">
      <span class="hidden">Loading {what}…</span>
      <span class="bone" />
      <span class="bone" />
      <span class="bone short" />
    </div>
  );
}

interface FailureProps {
  readonly error: ServiceError;
  readonly what: string;
  readonly isStale: boolean;
}

function Failure({ error, what, isStale }: FailureProps) {
  const isLost = error.status === 0;
  return (
    <div class={`note ${isStale ? 'warn' : 'bad'}`} role="alert">
      <p>
        <strong>{isStale ? `Showing ${what} as last seen.` : `Could not show ${what}.`}</strong>{' '}
        {error.message}
      </p>
      {isLost ? (
        <p>It is tried again by itself.</p>
      ) : (
        <button type="button" onClick={() => void askAgain()}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Where there is nothing to show, why, and what would bring something. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <p>
        <strong>{title}</strong>
      </p>
      {children}
    </div>
  );
}
