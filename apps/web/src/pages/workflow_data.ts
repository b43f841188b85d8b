// What the pages of one workflow share: its description, and its history as it grows.

import { useEffect, useRef, useState } from 'preact/hooks';
import { at, get, messageOf } from '../api/client.ts';
import { follow } from '../api/history.ts';
import type { WorkflowDescription } from '../api/types.ts';
import { History } from '../model/history.ts';
import { reloads, useInterval, useLoad, type Loaded } from '../ui/load.ts';

export const describe = (
  namespace: string,
  id: string,
  run: string | undefined,
  signal?: AbortSignal,
): Promise<WorkflowDescription> =>
  get<WorkflowDescription>(at`namespaces/${namespace}/workflows/${id}`, { 'execution.runId': run }, signal);

export interface GrowingHistory {
  history: History;
  /** Grows with the history: what shows it depends on this. */
  size: number;
  error: string;
}

export function useHistory(namespace: string, id: string, run: string | undefined): GrowingHistory {
  const history = useRef(new History());
  const [size, setSize] = useState(0);
  const [error, setError] = useState('');
  useEffect(() => {
    if (!run) return undefined;
    const controller = new AbortController();
    const read = new History();
    history.current = read;
    let frame = 0;
    const grown = (): void => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        setSize(read.events.length);
      });
    };
    setSize(0);
    setError('');
    follow(namespace, id, run, read, grown, controller.signal).catch((failure: unknown) =>
      setError(messageOf(failure)),
    );
    return () => {
      controller.abort();
      cancelAnimationFrame(frame);
    };
  }, [namespace, id, run, reloads.value]);
  return { history: history.current, size, error };
}

const pendingCount = (of: WorkflowDescription | undefined): number =>
  (of?.pendingActivities?.length ?? 0) +
  (of?.pendingNexusOperations?.length ?? 0) +
  (of?.callbacks?.filter((callback) => !/SUCCEEDED|FAILED/.test(callback.state ?? '')).length ?? 0);

/** The description; again when the history has grown, and now and then while something is pending. */
export function useDescription(
  namespace: string,
  id: string,
  run: string | undefined,
  size: number,
): Loaded<WorkflowDescription> {
  const loaded = useLoad((signal) => describe(namespace, id, run, signal), [namespace, id, run]);
  const [, due] = useState(0);
  const asked = useRef(0);
  useEffect(() => {
    if (size === 0) return undefined;
    // A history that grows fast asks for one description a second.
    const timer = setTimeout(
      () => {
        asked.current = Date.now();
        loaded.reload();
        due(size);
      },
      Math.max(50, asked.current + 1000 - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [size]);
  useInterval(() => !loaded.loading && loaded.reload(), pendingCount(loaded.data) > 0 ? 3000 : 0);
  return loaded;
}
