import type { ComponentChildren } from 'preact';

/** Names and values; one without a value is left out. */
export function Facts({
  of,
}: {
  readonly of: readonly (readonly [name: string, value: ComponentChildren])[];
}) {
  return (
    <dl class="facts">
      {of
        .filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

interface CardProps {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly acts?: ComponentChildren;
  readonly class?: string;
}

export function Card({ title, children, acts, class: name = '' }: CardProps) {
  return (
    <section class={`card ${name}`}>
      <div class="card-head">
        <h2>{title}</h2>
        {acts}
      </div>
      {children}
    </section>
  );
}
