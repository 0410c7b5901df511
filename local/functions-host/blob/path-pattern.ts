/**
 * The `path` of a blob trigger: `container`, or `container/name` with parameters in braces. Pure.
 *
 * As on the real host every parameter takes as much as it can, slashes included, or nothing at all; a container alone
 * means all of its blobs; `{{` and `}}` are braces. The case of a name counts, that of a container does not.
 */

export interface BlobAddress {
  readonly container: string;
  readonly name: string;
}

export interface PathPattern {
  readonly container: string;
  /** Texts around the parameters, one more than there are names. Null: every blob of the container. */
  readonly literals: readonly string[] | null;
  readonly names: readonly string[];
}

/** Reads a pattern. Throws an Error that says what is wrong with it. */
export function parsePathPattern(path: string): PathPattern {
  const slash = path.indexOf('/');
  const container = slash === -1 ? path : path.slice(0, slash);
  if (container === '' || slash === path.length - 1) {
    throw new Error('expected "container" or "container/name"');
  }
  if (/[{}\\]/.test(container)) {
    throw new Error(`the container ${JSON.stringify(container)} must be a name, without parameters`);
  }
  if (slash === -1) return { container, literals: null, names: [] };
  return { container, ...parseName(path.slice(slash + 1)) };
}

function parseName(pattern: string): Pick<PathPattern, 'names'> & { literals: readonly string[] } {
  const names: string[] = [];
  const literals = [''];
  for (const [token, parameter] of pattern.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    if (parameter !== undefined) {
      names.push(requireName(parameter));
      literals.push('');
    } else if (token === '{' || token === '}') {
      throw new Error(`a single brace; write ${token}${token} for the character itself`);
    } else {
      const text = token === '{{' || token === '}}' ? token.charAt(0) : token;
      literals[literals.length - 1] += text;
    }
  }
  return { names, literals };
}

function requireName(parameter: string): string {
  if (/^[A-Za-z_]\w*$/.test(parameter)) return parameter;
  if (/^(?:rand-guid|datetime)(?::|$)/i.test(parameter)) {
    throw new Error(`{${parameter}} creates a new value, which only an output may do; name a parameter`);
  }
  throw new Error(
    `{${parameter}} is not a parameter name; use letters, digits and underscores, beginning with a letter`,
  );
}

/**
 * The parameters of a blob that matches, or null. The texts are found from the end, each as late as the next one
 * allows: that gives the first parameter the most, and takes no longer for a hostile name.
 */
export function matchPath(
  pattern: PathPattern,
  { container, name }: BlobAddress,
): Map<string, string> | null {
  if (container.toLowerCase() !== pattern.container.toLowerCase()) return null;
  if (pattern.literals === null) return new Map();
  const [prefix = '', ...literals] = pattern.literals;
  if (literals.length === 0) return name === prefix ? new Map() : null;
  if (!name.startsWith(prefix) || !name.endsWith(literals.at(-1) ?? '')) return null;
  const values: string[] = [];
  let end = name.length;
  for (const literal of literals.toReversed()) {
    const start = end < literal.length ? -1 : name.lastIndexOf(literal, end - literal.length);
    if (start < prefix.length) return null;
    values.unshift(name.slice(start + literal.length, end));
    end = start;
  }
  return toParameters(pattern.names, [name.slice(prefix.length, end), ...values]);
}

/** `values` has what stands before each text, and after the last one nothing. */
function toParameters(names: readonly string[], values: readonly string[]): Map<string, string> {
  return new Map(names.map((name, index) => [name, values[index] ?? '']));
}
