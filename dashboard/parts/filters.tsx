/** Fields above a list whose values stand in the address. */
import { search, setQuery } from '../address/address.ts';
import { readQuery } from '../address/query.ts';
import { useResource } from '../service/resource.ts';

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

export function Choice({ name, label, options }: ChoiceProps) {
  return (
    <label>
      {label}
      <select
        value={readQuery(search.value, name)}
        onChange={(event) => setQuery({ [name]: event.currentTarget.value }, 'push')}
      >
        <option value="">all</option>
        {options.map(({ value, label: text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Typing searches at once; the history keeps one entry of it. */
export function Search({ label, name = 'q' }: { readonly label: string; readonly name?: string }) {
  return (
    <label class="search">
      {label}
      <input
        type="search"
        value={readQuery(search.value, name)}
        onInput={(event) => setQuery({ [name]: event.currentTarget.value }, 'replace')}
      />
    </label>
  );
}

export function ModelChoice({ extra = [] }: { readonly extra?: readonly string[] }) {
  const models = useResource<{ models: readonly { model: string }[] }>('models');
  const names = [...extra, ...(models.data?.models.map(({ model }) => model) ?? [])];
  const chosen = readQuery(search.value, 'model');
  const all = chosen === '' || names.includes(chosen) ? names : [chosen, ...names];
  return <Choice name="model" label="Model" options={all.map((value) => ({ value, label: value }))} />;
}

/** Whether any of the texts holds every word that is searched. */
export function holds(wanted: string, texts: readonly (string | null | undefined)[]): boolean {
  const whole = texts.join(' ').toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}
