/**
 * ASP.NET route templates, as the routes of HTTP triggers are written: `runs/{id:guid}/{step?}`, `files/{*rest}`.
 *
 * Owns: parsing a template, matching a path against it, and which of two templates is tried first.
 * Does not own: methods and functions (router.ts).
 *
 * Invariants
 * 1. Matching ignores case in literal parts and a slash at the end; values keep the case they came in.
 * 2. An optional or catch-all parameter that took nothing has no value, rather than an empty one.
 */
import { makeConstraint } from './route-constraints.ts';

interface Parameter {
  readonly name: string;
  readonly optional: boolean;
  readonly catchAll: boolean;
  readonly defaultValue: string | null;
  readonly tests: readonly ((value: string) => boolean)[];
}

interface Segment {
  /** Matches one segment of a path; groups p0, p1… are the values of `parameters`. Null for a catch-all. */
  readonly pattern: RegExp | null;
  readonly parameters: readonly Parameter[];
  /** 1 literal, 2 constrained, 3 plain, 4 and 5 the same for catch-alls: lower is tried first. */
  readonly rank: number;
}

export interface RouteTemplate {
  readonly text: string;
  readonly segments: readonly Segment[];
}

export type RouteValues = Readonly<Record<string, string>>;

export function parseRouteTemplate(text: string): RouteTemplate {
  const trimmed = hideDoubledBraces(text.replace(/^~?\/+|\/+$/g, ''));
  const segments = trimmed === '' ? [] : splitOutsideBraces(trimmed).map(parseSegment);
  const names = segments.flatMap((segment) => segment.parameters.map(({ name }) => name.toLowerCase()));
  if (new Set(names).size < names.length)
    throw new Error(`a parameter name appears twice in route ${JSON.stringify(text)}`);
  segments.forEach((segment, index) => {
    if (segment.pattern === null && index < segments.length - 1) {
      throw new Error(`a catch-all parameter must come last in route ${JSON.stringify(text)}`);
    }
  });
  return { text: trimmed, segments };
}

/** `{{` and `}}` stand for single braces, which only a regex constraint has a use for. */
function hideDoubledBraces(text: string): string {
  return text.replaceAll('{{', '\u0001').replaceAll('}}', '\u0002');
}

function showBraces(text: string): string {
  return text.replaceAll('\u0001', '{').replaceAll('\u0002', '}');
}

/** Slashes inside `{…}` belong to a regex constraint. */
function splitOutsideBraces(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const char of text) {
    if (char === '{') depth++;
    if (char === '}') depth--;
    if (char === '/' && depth === 0) parts.push('');
    else parts[parts.length - 1] += char;
  }
  if (depth !== 0) throw new Error(`braces do not match in route ${JSON.stringify(text)}`);
  return parts;
}

function parseSegment(text: string): Segment {
  const parameters: Parameter[] = [];
  const source = text.replace(/\{((?:[^{}]|\{[^{}]*\})+)\}|[^{]+/g, (part, inner: string | undefined) => {
    if (inner === undefined) return escapeRegExp(showBraces(part));
    parameters.push(parseParameter(inner));
    return `(?<p${parameters.length - 1}>.+?)`;
  });
  const [first] = parameters;
  if (parameters.some(({ catchAll }) => catchAll)) {
    if (parameters.length > 1 || !text.startsWith('{*'))
      throw new Error(`a catch-all stands alone in its segment: ${text}`);
    return { pattern: null, parameters, rank: first!.tests.length > 0 ? 4 : 5 };
  }
  const constrained = parameters.some(({ tests }) => tests.length > 0) || !/^\{[^{}]*\}$/.test(text);
  return {
    pattern: new RegExp(`^${source}$`, 'is'),
    parameters,
    rank: first === undefined ? 1 : constrained ? 2 : 3,
  };
}

function parseParameter(inner: string): Parameter {
  const match = /^(\*{0,2})([^:=?*]+)((?::(?:[^:=?(]|\((?:[^()]|\([^()]*\))*\))+)*)(?:=(.*?))?(\?)?$/.exec(
    inner,
  );
  if (match === null) throw new Error(`cannot read route parameter {${inner}}`);
  const [, stars = '', name = '', constraints = '', defaultValue, optional] = match;
  const tests = constraints.match(/:(?:\((?:[^()]|\([^()]*\))*\)|[^:(])+/g) ?? [];
  return {
    name,
    optional: optional !== undefined,
    catchAll: stars !== '',
    defaultValue: defaultValue ?? null,
    tests: tests.map((test) => makeConstraint(showBraces(test.slice(1)))),
  };
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The values of a path under a template, or null when it does not match. Segments come decoded. */
export function matchRoute(template: RouteTemplate, path: readonly string[]): RouteValues | null {
  const values: Record<string, string> = Object.create(null);
  for (const [index, segment] of template.segments.entries()) {
    const [parameter] = segment.parameters;
    const value = segment.pattern === null ? path.slice(index).join('/') : path[index];
    if (value === undefined || (segment.pattern === null && value === '')) {
      if (!takeNothing(parameter, values)) return null;
    } else if (!take(segment, value, values)) return null;
  }
  const last = template.segments.at(-1);
  return last?.pattern === null || path.length <= template.segments.length ? values : null;
}

function takeNothing(parameter: Parameter | undefined, values: Record<string, string>): boolean {
  if (parameter === undefined) return false;
  if (parameter.defaultValue !== null) values[parameter.name] = parameter.defaultValue;
  return parameter.optional || parameter.catchAll || parameter.defaultValue !== null;
}

function take(segment: Segment, value: string, values: Record<string, string>): boolean {
  const match = segment.pattern?.exec(value);
  if (match === null) return false;
  return segment.parameters.every((parameter, index) => {
    const taken = match === undefined ? value : (match.groups?.[`p${index}`] ?? '');
    values[parameter.name] = taken;
    return parameter.tests.every((test) => test(taken));
  });
}

/** Orders templates: the one to try first comes first. As in ASP.NET, a template that has ended comes before one that goes on. */
export function compareRoutes(a: RouteTemplate, b: RouteTemplate): number {
  for (let index = 0; index < Math.max(a.segments.length, b.segments.length); index++) {
    const difference = (a.segments[index]?.rank ?? 0) - (b.segments[index]?.rank ?? 0);
    if (difference !== 0) return difference;
  }
  return a.text.localeCompare(b.text);
}
