// Texts of the query language of lists.

/** A value as the language writes it. */
export const quoted = (value: string): string => `"${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;

const numeric = new Set(['Int', 'Double', 'Bool']);

/** One condition on an attribute of a type such as "Keyword" or "Datetime". */
export function condition(attribute: string, operator: string, value: string, type: string): string {
  const name = /^\w+$/.test(attribute) ? attribute : '`' + attribute + '`';
  if (operator === 'is null' || operator === 'is not null') return `${name} ${operator}`;
  return `${name} ${operator} ${numeric.has(type) ? value : quoted(value)}`;
}

/** Both conditions. */
export const both = (query: string, more: string): string => {
  const before = query.trim();
  if (!before) return more;
  return `${/\bor\b/i.test(before) ? `(${before})` : before} AND ${more}`;
};

const statusCondition = /\s*(?:\bAND\s+)?ExecutionStatus\s*=\s*["'](\w+)["'](?:\s+AND\b)?\s*/i;

export const statusOf = (query: string): string => statusCondition.exec(query)?.[1] ?? '';

/** The query with this status as its only condition on the status; none for an empty one. */
export function withStatus(query: string, status: string): string {
  const rest = query
    .replace(statusCondition, (found, _status, offset: number) =>
      offset > 0 && offset + found.length < query.length ? ' AND ' : ' ',
    )
    .trim();
  return status ? both(rest, `ExecutionStatus = ${quoted(status)}`) : rest;
}

/** What a person typed: a query, or the beginning of a workflow id. */
export const asQuery = (typed: string): string => {
  const text = typed.trim();
  if (!text || /[=<>()"'`]|\s(is|in|not|between|starts_with)\s|\border by\b/i.test(text)) return text;
  return `WorkflowId STARTS_WITH ${quoted(text)}`;
};
