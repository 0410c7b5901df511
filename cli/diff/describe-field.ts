/** What a field of the model file means, from the schema that the reference page is made of. */
import { z } from 'zod';
import { ModelConfigSchema } from '../../shared/config/schema.ts';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

let schema: Schema | undefined;

/** The first sentence about it; empty where the schema has none. */
export function describeField(path: string): string {
  schema ??= z.toJSONSchema(ModelConfigSchema, { io: 'input', unrepresentable: 'any' }) as Schema;
  const steps = path.replace(/ \(order\)$/, '').match(/\[[^\]]*\]|[^.[\]]+/g) ?? [];
  let found: readonly Schema[] = [schema];
  for (const step of steps) found = found.flatMap(alternatives).flatMap((each) => below(each, step));
  const text = found.flatMap(alternatives).find(({ description }) => description)?.description ?? '';
  return /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/:$/, '.') ?? text;
}

function alternatives(each: Schema): readonly Schema[] {
  const further = [...(each.anyOf ?? []), ...(each.oneOf ?? []), ...(each.allOf ?? [])];
  return [each, ...further.flatMap(alternatives)];
}

function below({ properties, items, additionalProperties }: Schema, step: string): readonly Schema[] {
  if (step.startsWith('[')) return items ? [items] : [];
  const named = properties?.[step];
  if (named) return [named];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}
