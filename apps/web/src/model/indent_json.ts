// Lays out a JSON text without reading its values: no digit of a number changes.

/** The text with one member a line; a text that is not JSON comes back as it is. */
export function indentJson(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let out = '';
  let depth = 0;
  const line = (): string => '\n' + '  '.repeat(depth);
  tokens.forEach((token, i) => {
    const before = tokens[i - 1];
    const opens = before === '{' || before === '[';
    if (token === '}' || token === ']') {
      depth -= 1;
      out += opens ? token : line() + token;
      return;
    }
    if (opens || before === ',') out += line();
    out += token === ':' ? ': ' : token;
    if (token === '{' || token === '[') depth += 1;
  });
  return out;
}
