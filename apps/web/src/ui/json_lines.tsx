// A history as JSON, of which only the lines in sight are ever text.

import { useMemo, useRef } from 'preact/hooks';
import type { History } from '../model/history.ts';
import { VirtualList } from './virtual_list.tsx';

const linesOf = (event: unknown): string[] => JSON.stringify(event, null, 2).split('\n');

/** Line numbers at which events begin, as far as they were counted. */
class LineIndex {
  readonly #starts: number[] = [0];

  constructor(readonly history: History) {}

  get lines(): number {
    const { events } = this.history;
    while (this.#starts.length <= events.length) {
      const counted = this.#starts.length - 1;
      this.#starts.push(this.#starts[counted]! + linesOf(events[counted]).length);
    }
    return this.#starts.at(-1)!;
  }

  /** The index of the event that a line belongs to, and the event's first line. */
  find(line: number): [event: number, start: number] {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= line) low = middle;
      else high = middle;
    }
    return [low, this.#starts[low]!];
  }
}

export function JsonLines({ history, size }: { history: History; size: number }) {
  const index = useMemo(() => new LineIndex(history), [history]);
  const lines = useMemo(() => index.lines, [index, size]);
  const last = useRef<{ event: number; lines: string[] }>({ event: -1, lines: [] });
  const line = (i: number): string => {
    const [event, start] = index.find(i);
    if (last.current.event !== event) last.current = { event, lines: linesOf(history.events[event]) };
    const text = last.current.lines[i - start] ?? '';
    return i === start + last.current.lines.length - 1 && event < history.events.length - 1 ? `${text},` : text;
  };
  return (
    <VirtualList
      label="History as JSON"
      class="json"
      count={lines}
      rowHeight={20}
      row={(i) => <code role="cell">{line(i)}</code>}
    />
  );
}
