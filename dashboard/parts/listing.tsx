/** A list of the ledger, newest first: the first page, and every older one that the reader has asked for. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { withQuery } from '../address/query.ts';
import { useResource } from '../service/resource.ts';
import { Part } from './part.tsx';

interface ListingProps<Row> {
  /** Below the door, with its query. */
  readonly path: string;
  /** What the answer calls the rows, and what they are called here. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly keyOf: (row: Row) => string;
  readonly children: (row: Row) => ComponentChildren;
  /** Which of the rows that came are shown; absent: all. */
  readonly isShown?: (row: Row) => boolean;
  readonly empty: ComponentChildren;
}

export function Listing<Row>(props: ListingProps<Row>) {
  const { path, name, columns } = props;
  const [continuations, setContinuations] = useState<readonly string[]>(['']);
  return (
    <div class="scroll">
      <table class="rows">
        <caption class="hidden">{name}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        {continuations.map((continuation, at) => (
          <Page
            key={continuation}
            {...props}
            path={pathOf(path, continuation)}
            isFirst={at === 0}
            onMore={
              at === continuations.length - 1 ? (next) => setContinuations([...continuations, next]) : null
            }
          />
        ))}
      </table>
    </div>
  );
}

function pathOf(path: string, continuation: string): string {
  const [plain, search = ''] = path.split('?');
  return `${plain}${withQuery(search, { continuation })}`;
}

interface PageProps<Row> extends ListingProps<Row> {
  readonly isFirst: boolean;
  /** Null: an older page is shown already. */
  readonly onMore: ((continuation: string) => void) | null;
}

function Page<Row>({
  path,
  name,
  columns,
  keyOf,
  children,
  isShown,
  empty,
  isFirst,
  onMore,
}: PageProps<Row>) {
  const page = useResource<Record<string, unknown> & { continuation?: string }>(path);
  const all = (width: number, content: ComponentChildren) => (
    <tr>
      <td class="whole" colSpan={width}>
        {content}
      </td>
    </tr>
  );
  if (!page.data)
    return <tbody>{all(columns.length, <Part of={page} what={name} children={() => null} />)}</tbody>;
  const came = (page.data[name] ?? []) as readonly Row[];
  const rows = isShown ? came.filter(isShown) : came;
  const { continuation } = page.data;
  return (
    <tbody>
      {page.error && all(columns.length, <Part of={page} what={name} children={() => null} />)}
      {rows.map((row) => (
        <tr key={keyOf(row)}>{children(row)}</tr>
      ))}
      {rows.length === 0 && isFirst && all(columns.length, empty)}
      {continuation !== undefined &&
        onMore &&
        all(
          columns.length,
          <button type="button" onClick={() => onMore(continuation)}>
            Show older
          </button>,
        )}
    </tbody>
  );
}
