// Follows a run's history: its pages, then long polls until the run has closed.

import { ApiError, at, get, isAbort } from './client.ts';
import type { HistoryPage } from './types.ts';
import { History } from '../model/history.ts';

const pageSize = 1000;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Resolves when the page is visible: browsers share six connections among all their pages of one address. */
function visible(signal: AbortSignal): Promise<void> {
  if (!document.hidden || signal.aborted) return Promise.resolve();
  const heard = new AbortController();
  return new Promise((resolve) => {
    const done = (): void => {
      if (document.hidden && !signal.aborted) return;
      heard.abort();
      resolve();
    };
    document.addEventListener('visibilitychange', done, { signal: heard.signal });
    signal.addEventListener('abort', done, { signal: heard.signal });
  });
}

/** A signal for one poll: aborts with `signal`, and when the page is hidden. */
function whileVisible(signal: AbortSignal): AbortController {
  const controller = new AbortController();
  const end = (): void => {
    if (document.hidden || signal.aborted) controller.abort();
  };
  document.addEventListener('visibilitychange', end, { signal: controller.signal });
  signal.addEventListener('abort', end, { signal: controller.signal });
  end();
  return controller;
}

/** Resolves when the run has closed or `signal` aborts; `grown` is called after each page that brought events. */
export async function follow(
  namespace: string,
  workflowId: string,
  runId: string,
  history: History,
  grown: () => void,
  signal: AbortSignal,
): Promise<void> {
  let nextPageToken: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    await visible(signal);
    const poll = whileVisible(signal);
    try {
      const page = await get<HistoryPage>(
        at`namespaces/${namespace}/workflows/${workflowId}/history`,
        { 'execution.runId': runId, maximumPageSize: pageSize, waitNewEvent: true, nextPageToken },
        poll.signal,
      );
      failures = 0;
      const events = page.history?.events ?? [];
      history.add(events);
      if (events.length > 0) grown();
      if (!page.nextPageToken) return;
      nextPageToken = page.nextPageToken;
    } catch (error) {
      if (isAbort(error)) continue;
      const passing = error instanceof ApiError && (error.status === 0 || error.status >= 500 || error.status === 429);
      if (!passing || (failures += 1) > 8) throw error;
      await pause(Math.min(30_000, 500 * 2 ** failures), signal);
    } finally {
      poll.abort();
    }
  }
}
