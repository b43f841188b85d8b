// A small, safe part of markdown: it makes elements, never markup. What it does not know is shown as it is written.

import type { ComponentChildren } from 'preact';

const inline = /(`[^`]+`)|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^()\s]+)\)/g;

function safeAddress(address: string): string | undefined {
  try {
    const url = new URL(address);
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function spans(text: string): ComponentChildren[] {
  const out: ComponentChildren[] = [];
  let from = 0;
  for (const match of text.matchAll(inline)) {
    const [whole, code, strong, emphasis, label, address] = match;
    out.push(text.slice(from, match.index));
    from = match.index + whole.length;
    const href = address && safeAddress(address);
    if (code) out.push(<code>{code.slice(1, -1)}</code>);
    else if (strong) out.push(<strong>{strong}</strong>);
    else if (emphasis) out.push(<em>{emphasis}</em>);
    else if (label && href)
      out.push(
        <a href={href} target="_blank" rel="noopener noreferrer">
          {label}
        </a>,
      );
    else out.push(whole);
  }
  out.push(text.slice(from));
  return out;
}

function block(text: string, key: number): ComponentChildren {
  const heading = /^(#{1,6}) +(.+)/.exec(text);
  if (heading && !text.includes('\n')) {
    const Level = `h${Math.min(6, heading[1]!.length + 2)}` as 'h3';
    return <Level key={key}>{spans(heading[2]!)}</Level>;
  }
  const lines = text.split('\n');
  if (heading) return [block(lines[0]!, key), block(lines.slice(1).join('\n'), key + 0.5)];
  for (const [mark, List] of [
    [/^[-*] +/, 'ul'],
    [/^\d+[.)] +/, 'ol'],
  ] as const)
    if (lines.every((line) => mark.test(line)))
      return (
        <List key={key}>
          {lines.map((line, i) => (
            <li key={i}>{spans(line.replace(mark, ''))}</li>
          ))}
        </List>
      );
  if (lines.every((line) => line.startsWith('>')))
    return <blockquote key={key}>{spans(lines.map((line) => line.replace(/^> ?/, '')).join(' '))}</blockquote>;
  return <p key={key}>{spans(lines.join(' '))}</p>;
}

export function Markdown({ text }: { text: string }) {
  // Every other part lies between fences.
  const parts = text.replace(/\r\n?/g, '\n').split(/^```.*$/m);
  return (
    <div class="markdown">
      {parts.map((part, i) =>
        i % 2 === 1 ? (
          <pre key={i}>{part.trim()}</pre>
        ) : (
          part
            .split(/\n{2,}/)
            .map((piece) => piece.trim())
            .filter(Boolean)
            .map((piece, j) => block(piece, i * 1000 + j))
        ),
      )}
    </div>
  );
}
