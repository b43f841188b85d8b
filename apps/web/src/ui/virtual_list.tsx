// A list of any length: only the rows in sight are in the page.

import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Browsers cut elements off that are higher than some 16 to 33 million pixels. */
const highest = 15_000_000;
const spare = 8;

interface Props {
  label: string;
  count: number;
  rowHeight: number;
  row: (index: number) => ComponentChildren;
  /** A row above the others that stays in sight. */
  head?: ComponentChildren;
  /** Called with the rows in sight, and some around them, when they change: from the first up to the last, without it. */
  seen?: (first: number, last: number) => void;
  /** A row to bring into sight, when it changes. */
  reveal?: number;
  class?: string;
}

export function VirtualList({ label, count, rowHeight, row, head, seen, reveal, class: style = '' }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(800);
  useLayoutEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (reveal === undefined || reveal < 0) return;
    const element = box.current!;
    const at = reveal * rowHeight;
    if (at < element.scrollTop || at > element.scrollTop + element.clientHeight - 2 * rowHeight)
      element.scrollTop = Math.max(0, at - element.clientHeight / 3);
  }, [reveal]);

  const total = Math.min(count * rowHeight, highest);
  const first = Math.max(0, Math.floor(top / rowHeight) - spare);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + spare);
  useEffect(() => seen?.(first, last), [first, last, count]);
  const rows: ComponentChildren[] = [];
  for (let i = first; i < last; i++)
    rows.push(
      <div
        role="row"
        aria-rowindex={i + (head ? 2 : 1)}
        key={i}
        class="vrow"
        style={{ height: `${rowHeight}px`, top: `${i * rowHeight}px` }}
      >
        {row(i)}
      </div>,
    );
  return (
    <div
      ref={box}
      class={`vlist ${style}`}
      role="table"
      aria-label={label}
      aria-rowcount={count + (head ? 1 : 0)}
      tabIndex={0}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      {head && (
        <div role="row" aria-rowindex={1} class="vhead">
          {head}
        </div>
      )}
      <div role="rowgroup" class="vbody" style={{ height: `${total}px` }}>
        {rows}
      </div>
    </div>
  );
}
