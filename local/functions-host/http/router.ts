/** Which function answers a method and path. */

import { errorText, LocalError } from '../../process/local-error.ts';
import type { RegisteredFunction } from '../contract.ts';
import {
  compareRoutes,
  matchRoute,
  parseRouteTemplate,
  type RouteTemplate,
  type RouteValues,
} from './route-template.ts';

type AuthLevel = 'anonymous' | 'function' | 'admin';

export interface Route {
  readonly fn: RegisteredFunction;
  readonly template: RouteTemplate;
  /** Upper case; empty: every method. */
  readonly methods: ReadonlySet<string>;
  readonly authLevel: AuthLevel;
}

export interface Router {
  readonly routes: readonly Route[];
  /** Null when no route takes both the path and the method: a wrong method is not found, as in the real host. */
  find(method: string, segments: readonly string[]): { route: Route; values: RouteValues } | null;
}

export function createRouter(functions: readonly RegisteredFunction[], prefix: string): Router {
  const routes = functions
    .map((fn) => toRoute(fn, prefix))
    .sort((a, b) => compareRoutes(a.template, b.template));
  return {
    routes,
    find(method, segments) {
      for (const route of routes) {
        if (route.methods.size > 0 && !route.methods.has(method)) continue;
        const values = matchRoute(route.template, segments);
        if (values !== null) return { route, values };
      }
      return null;
    },
  };
}

const ownRoots = /^(admin|runtime|durabletask)(\/|$)/i;

function toRoute(fn: RegisteredFunction, prefix: string): Route {
  const { route, methods, authLevel } = fn.trigger;
  const text = [prefix, typeof route === 'string' ? route.replace(/^\/+/, '') : fn.name]
    .filter((part) => part !== '')
    .join('/');
  if (ownRoots.test(text)) {
    throw new LocalError(
      'binding',
      `function ${fn.name}: route ${JSON.stringify(text)} belongs to the host; choose another`,
    );
  }
  return {
    fn,
    template: parseTemplate(fn, text),
    methods: new Set(Array.isArray(methods) ? methods.map((method) => String(method).toUpperCase()) : []),
    authLevel: toAuthLevel(fn, authLevel),
  };
}

function parseTemplate(fn: RegisteredFunction, text: string): RouteTemplate {
  try {
    return parseRouteTemplate(text);
  } catch (error) {
    throw new LocalError('binding', `function ${fn.name}: route: ${errorText(error)}`, error);
  }
}

function toAuthLevel(fn: RegisteredFunction, value: unknown): AuthLevel {
  const level = String(value ?? 'function').toLowerCase();
  if (level === 'anonymous' || level === 'function' || level === 'admin') return level;
  throw new LocalError(
    'binding',
    `function ${fn.name}: authLevel: expected anonymous, function or admin, got ${JSON.stringify(value)}`,
  );
}
