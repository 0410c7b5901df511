/**
 * What a package is made of, as the statement that is signed: the predicate https://model_signing/signature/v1.0 of the OpenSSF
 * model signing specification, in an in-toto statement v1. Pure.
 *
 * Owns: the shape of the statement, and the digest that names a package: SHA-256 over the digests of its files, in the order of
 * their names. Does not own: signatures (bundle.ts), which files there are.
 */
import { createHash } from 'node:crypto';

/** A file of a package by its name in it, with slashes. */
export interface PackageFile {
  readonly name: string;
  /** Hex. */
  readonly sha256: string;
}

export interface Statement {
  readonly _type: typeof statementType;
  readonly subject: readonly [{ readonly name: string; readonly digest: { readonly sha256: string } }];
  readonly predicateType: typeof predicateType;
  readonly predicate: {
    readonly serialization: object;
    readonly resources: readonly {
      readonly name: string;
      readonly algorithm: 'sha256';
      readonly digest: string;
    }[];
  };
}

const statementType = 'https://in-toto.io/Statement/v1';
const predicateType = 'https://model_signing/signature/v1.0';
/** Lies beside the files that it is of. */
export const signatureName = 'model.sig';

export function makeStatement(name: string, files: readonly PackageFile[]): Statement {
  const sorted = files.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  return {
    _type: statementType,
    subject: [{ name, digest: { sha256: digestOf(sorted) } }],
    predicateType,
    predicate: {
      serialization: {
        method: 'files',
        hash_type: 'sha256',
        allow_symlinks: false,
        ignore_paths: [signatureName],
      },
      resources: sorted.map(({ name: file, sha256 }) => ({
        name: file,
        algorithm: 'sha256',
        digest: sha256,
      })),
    },
  };
}

function digestOf(files: readonly PackageFile[]): string {
  const whole = createHash('sha256');
  for (const { sha256 } of files) whole.update(Buffer.from(sha256, 'hex'));
  return whole.digest('hex');
}

/** Files of a statement that was signed, or why it is none of ours: whoever signs may still sign something else. */
export function readStatement(
  text: string,
): { readonly digest: string; readonly files: readonly PackageFile[] } | string {
  let statement: Partial<Statement>;
  try {
    statement = JSON.parse(text) as Partial<Statement>;
  } catch {
    return 'what was signed is not JSON';
  }
  if (statement?._type !== statementType) return 'what was signed is not an in-toto statement v1';
  if (statement.predicateType !== predicateType)
    return `what was signed is not a model: expected the predicate ${predicateType}`;
  const resources: unknown = statement.predicate?.resources;
  const subject: unknown = statement.subject;
  if (!Array.isArray(resources) || !resources.every(isResource))
    return 'a file in what was signed has no SHA-256';
  const files = resources.map(({ name, digest }) => ({ name, sha256: digest }));
  if (new Set(files.map(({ name }) => name)).size < files.length) return 'what was signed lists a file twice';
  const digest = digestOf(files);
  const named =
    Array.isArray(subject) && subject.length === 1 ? (subject[0] as { digest?: { sha256?: unknown } }) : null;
  return named?.digest?.sha256 === digest
    ? { digest, files }
    : 'what was signed contradicts itself: its digest does not match its files';
}

function isResource(value: unknown): value is Statement['predicate']['resources'][number] {
  const { name, algorithm, digest } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof name === 'string' &&
    algorithm === 'sha256' &&
    typeof digest === 'string' &&
    /^[0-9a-f]{64}$/.test(digest)
  );
}

/** How files differ from those that were signed, in sentences; none: they are the same. */
export function compareFiles(
  signed: readonly PackageFile[],
  found: readonly PackageFile[],
): readonly string[] {
  const there = new Map(found.map(({ name, sha256 }) => [name, sha256]));
  const known = new Set(signed.map(({ name }) => name));
  return [
    ...signed.flatMap(({ name, sha256 }) => {
      const is = there.get(name);
      if (is === undefined) return [`${name} is missing`];
      return is === sha256 ? [] : [`${name} was changed: its SHA-256 is ${is}, and ${sha256} was signed`];
    }),
    ...found.filter(({ name }) => !known.has(name)).map(({ name }) => `${name} was added: it was not signed`),
  ];
}
