import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComponentChildren, VNode } from 'preact';
import { Markdown } from '../../src/ui/markdown.tsx';

/** The tree as text: tag(children), with the address of links. */
function drawn(children: ComponentChildren): string {
  if (Array.isArray(children)) return children.map(drawn).join('');
  if (typeof children !== 'object' || children === null) return String(children ?? '');
  const { type, props } = children as VNode<{ href?: string; children?: ComponentChildren }>;
  return `${String(type)}${props.href ? `@${props.href}` : ''}(${drawn(props.children)})`;
}

const made = (text: string): string => drawn(Markdown({ text })).replace(/^div\((.*)\)$/s, '$1');

test('headings, lists, code and emphasis are elements', () => {
  assert.equal(
    made('# Title\n\nSome **bold** and *soft* `code`.'),
    'h3(Title)p(Some strong(bold) and em(soft) code(code).)',
  );
  assert.equal(made('- one\n- two'), 'ul(li(one)li(two))');
  assert.equal(made('1. one\n2. two'), 'ol(li(one)li(two))');
  assert.equal(made('```sh\n# not a heading\n```'), 'pre(# not a heading)');
  assert.equal(made('# Title\nbelow'), 'h3(Title)p(below)');
});

test('markup stays text', () => {
  assert.equal(made('<img src=x onerror=alert(1)>'), 'p(<img src=x onerror=alert(1)>)');
});

test('only addresses of the web and of mail are links', () => {
  assert.equal(made('[a](https://example.com/x)'), 'p(a@https://example.com/x(a))');
  for (const address of ['javascript:alert(1)', 'data:text/html,x', '//example.com', 'JaVaScRiPt:x'])
    assert.equal(made(`[a](${address})`), `p([a](${address}))`);
});
