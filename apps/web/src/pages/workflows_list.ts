// The rows of the list of workflows, page by page, and how many there are of each status.

import { useEffect, useRef, useState } from 'preact/hooks';
import { at, get, isAbort } from '../api/client.ts';
import { payloadValue } from '../api/payloads.ts';
import type { Count, WorkflowInfo, WorkflowList } from '../api/types.ts';
import { reloads, useInterval, useLoad } from '../ui/load.ts';

const pageSize = 200;
const refreshEvery = 20_000;

export interface Rows {
  rows: WorkflowInfo[];
  /** Whether the service has more. */
  more: boolean;
  loading: boolean;
  error: unknown;
  loadMore: () => void;
  reload: () => void;
}

export function useWorkflowRows(namespace: string, query: string, refreshing: boolean): Rows {
  const [state, setState] = useState<{
    rows: WorkflowInfo[];
    token?: string | undefined;
    error?: unknown;
    loading: boolean;
  }>({ rows: [], loading: true });
  const [turn, setTurn] = useState(0);
  const asked = useRef<AbortController>(undefined);
  const shown = useRef('');

  const load = (before: WorkflowInfo[], token: string | undefined): void => {
    const controller = new AbortController();
    asked.current?.abort();
    asked.current = controller;
    setState((old) => ({ ...old, loading: true }));
    get<WorkflowList>(
      at`namespaces/${namespace}/workflows`,
      { query, pageSize, nextPageToken: token },
      controller.signal,
    ).then(
      (page) => setState({ rows: [...before, ...(page.executions ?? [])], token: page.nextPageToken, loading: false }),
      (error: unknown) => {
        if (!isAbort(error)) setState((old) => ({ ...old, error, loading: false }));
      },
    );
  };
  useEffect(() => {
    const key = `${namespace}\n${query}`;
    if (key !== shown.current) setState({ rows: [], loading: true });
    shown.current = key;
    load([], undefined);
    return () => asked.current?.abort();
  }, [namespace, query, turn, reloads.value]);

  const reload = (): void => setTurn((n) => n + 1);
  // Who has gone on to further pages is not thrown back to the first.
  useInterval(
    () => {
      if (!state.loading && state.rows.length <= pageSize) reload();
    },
    refreshing ? refreshEvery : 0,
  );
  return {
    rows: state.rows,
    more: !!state.token,
    loading: state.loading,
    error: state.error,
    loadMore: () => {
      if (state.token && !state.loading && !state.error) load(state.rows, state.token);
    },
    reload,
  };
}

export interface Counts {
  total: number;
  byStatus: [status: string, count: number][];
}

async function count(namespace: string, query: string, signal: AbortSignal): Promise<Counts> {
  const grouped = `${query} GROUP BY ExecutionStatus`.trim();
  const answer = await get<Count>(at`namespaces/${namespace}/workflow-count`, { query: grouped }, signal);
  const byStatus = (answer.groups ?? []).map((group): [string, number] => [
    String(payloadValue(group.groupValues[0]) ?? ''),
    Number(group.count ?? 0),
  ]);
  return { total: Number(answer.count ?? 0), byStatus };
}

export const useCounts = (namespace: string, query: string, refreshing: boolean) =>
  useLoad((signal) => count(namespace, query, signal), [namespace, query], refreshing ? refreshEvery : 0);
