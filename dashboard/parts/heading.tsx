import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { printable } from '../format/printable.ts';

interface HeadingProps {
  readonly title: string;
  /** Above: where the view belongs. */
  readonly above?: ComponentChildren;
  /** Beside: states in words. */
  readonly children?: ComponentChildren;
  /** Operations. */
  readonly acts?: ComponentChildren;
}

/** The head of a view; it names the tab as well. */
export function Heading({ title, above, children, acts }: HeadingProps) {
  useEffect(() => {
    document.title = `${printable(title)} · Ratchet`;
  }, [title]);
  return (
    <div class="heading">
      <div>
        {above && <p class="above">{above}</p>}
        <h1 tabIndex={-1}>{title}</h1>
        {children && <div class="beside">{children}</div>}
      </div>
      {acts && <div class="acts">{acts}</div>}
    </div>
  );
}
