// Activities and Nexus operations that run without a workflow: two of a kind.

import { at, get, identity, post } from './client.ts';
import type { Count, Failure, Link, Named, Payload, Payloads } from './types.ts';
import { payloadValue } from './payloads.ts';

export type StandaloneKind = 'activities' | 'nexus-operations';

export interface StandaloneInfo {
  activityId?: string;
  operationId?: string;
  runId: string;
  activityType?: Named;
  endpoint?: string;
  service?: string;
  operation?: string;
  status?: string;
  taskQueue?: string;
  scheduleTime?: string;
  closeTime?: string;
  executionDuration?: string;
  attempt?: number;
  lastFailure?: Failure;
  lastAttemptFailure?: Failure;
  links?: Link[];
}

export interface StandaloneDescription {
  runId?: string;
  info: StandaloneInfo;
  input?: Payloads | Payload;
  outcome?: { result?: Payloads; failure?: Failure };
  result?: Payload;
  failure?: Failure;
}

const noun = (kind: StandaloneKind): string => (kind === 'activities' ? 'activity' : 'nexus-operation');

export const idOf = (info: StandaloneInfo): string => info.activityId ?? info.operationId ?? '';

export const nameOf = (info: StandaloneInfo): string =>
  info.activityType?.name ?? `${info.endpoint ?? ''}: ${info.service ?? ''}.${info.operation ?? ''}`;

export interface StandaloneList {
  rows: StandaloneInfo[];
  nextPageToken: string | undefined;
}

export async function listStandalone(
  namespace: string,
  kind: StandaloneKind,
  query: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<StandaloneList> {
  const page = await get<{ executions?: StandaloneInfo[]; operations?: StandaloneInfo[]; nextPageToken?: string }>(
    at`namespaces/${namespace}/${kind}`,
    { query, pageSize: 200, nextPageToken: token },
    signal,
  );
  return { rows: page.executions ?? page.operations ?? [], nextPageToken: page.nextPageToken };
}

export async function countStandalone(
  namespace: string,
  kind: StandaloneKind,
  query: string,
  signal: AbortSignal,
): Promise<[string, number][]> {
  const answer = await get<Count>(
    at`namespaces/${namespace}/${`${noun(kind)}-count`}`,
    { query: `${query} GROUP BY ExecutionStatus`.trim() },
    signal,
  );
  return (answer.groups ?? []).map((group) => [
    String(payloadValue(group.groupValues[0]) ?? ''),
    Number(group.count ?? 0),
  ]);
}

export const describeStandalone = (
  namespace: string,
  kind: StandaloneKind,
  id: string,
  runId: string | undefined,
  signal: AbortSignal,
): Promise<StandaloneDescription> =>
  get<StandaloneDescription>(
    at`namespaces/${namespace}/${kind}/${id}`,
    { runId, includeInput: true, includeOutcome: true },
    signal,
  );

export const endStandalone = (
  namespace: string,
  kind: StandaloneKind,
  id: string,
  runId: string,
  how: 'cancel' | 'terminate',
  reason: string,
): Promise<unknown> =>
  post(at`namespaces/${namespace}/${kind}/${id}/${how}`, { runId, reason, identity, requestId: crypto.randomUUID() });

/** Returns the run id. */
export const startStandalone = async (
  namespace: string,
  kind: StandaloneKind,
  id: string,
  what: object,
): Promise<string> =>
  (
    await post<{ runId: string }>(at`namespaces/${namespace}/${kind}/${id}`, {
      ...what,
      identity,
      requestId: crypto.randomUUID(),
    })
  ).runId;
