// Loading what a component shows, and loading it again while it is looked at.

import { useEffect, useRef, useState } from 'preact/hooks';
import { signal } from '@preact/signals';
import { isAbort } from '../api/client.ts';

/** Counts how often the reader asked for everything anew. */
export const reloads = signal(0);

export interface Loaded<T> {
  data: T | undefined;
  error: unknown;
  loading: boolean;
  reload: () => void;
}

/** Loads when `deps` change, on `reload`, and every `every` milliseconds while the page is visible (0: never). */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, deps: unknown[], every = 0): Loaded<T> {
  const [state, setState] = useState<{ data?: T; error?: unknown; loading: boolean }>({ loading: true });
  const [turn, setTurn] = useState(0);
  const key = useRef<unknown[]>([]);
  useEffect(() => {
    const changed = deps.some((dep, i) => dep !== key.current[i]);
    key.current = deps;
    const controller = new AbortController();
    setState((before) => (changed ? { loading: true } : { ...before, loading: true }));
    load(controller.signal).then(
      (data) => setState({ data, loading: false }),
      (error: unknown) => {
        if (!isAbort(error)) setState((before) => ({ ...before, error, loading: false }));
      },
    );
    return () => controller.abort();
  }, [...deps, turn, reloads.value]);
  const reload = (): void => setTurn((n) => n + 1);
  useInterval(reload, every);
  return { data: state.data, error: state.error, loading: state.loading, reload };
}

/** Calls `what` every `every` milliseconds while the page is visible, and when it becomes visible again; 0 is never. */
export function useInterval(what: () => void, every: number): void {
  const latest = useRef(what);
  latest.current = what;
  useEffect(() => {
    if (every <= 0) return undefined;
    const call = (): void => {
      if (!document.hidden) latest.current();
    };
    const timer = setInterval(call, every);
    document.addEventListener('visibilitychange', call);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', call);
    };
  }, [every]);
}
