/** Has whatever is text on the page be printable, wherever it came from: one place, which no view can forget. */
import { options, type VNode } from 'preact';
import { printable } from '../format/printable.ts';

const clean = (child: unknown): unknown => {
  if (typeof child === 'string') return printable(child);
  return Array.isArray(child) ? child.map(clean) : child;
};

export function keepTextPlain(): void {
  const before = options.vnode;
  options.vnode = (node: VNode) => {
    if (typeof node.type === 'string') {
      const props = node.props as { children?: unknown; title?: unknown };
      if (props.children !== undefined) props.children = clean(props.children);
      if (typeof props.title === 'string') props.title = printable(props.title);
    }
    before?.(node);
  };
}
