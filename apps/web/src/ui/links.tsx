// Links of the protocol, as links to pages.

import type { Link } from '../api/types.ts';
import { to } from '../router.ts';
import { eventWord } from '../model/words.ts';

export const workflowPage = (
  namespace: string,
  id: string,
  run = '',
  tab = '',
  params: Record<string, string | undefined> = {},
): string => to(['namespaces', namespace, 'workflows', id, ...(run ? [run, ...(tab ? [tab] : [])] : [])], params);

export interface Target {
  namespace: string;
  text: string;
  href: string;
  event: string;
}

/** Where a link leads; nothing for a kind that has no page. */
export function targetOf(link: Link): Target | undefined {
  const event = link.workflowEvent;
  if (event) {
    const id = event.eventRef?.eventId ?? (event.requestIdRef ? '1' : undefined);
    return {
      namespace: event.namespace,
      text: event.workflowId,
      href: workflowPage(event.namespace, event.workflowId, event.runId, 'history', { event: id }),
      event: eventWord(event.eventRef?.eventType ?? event.requestIdRef?.eventType ?? ''),
    };
  }
  if (link.workflow) {
    const { namespace, workflowId, runId } = link.workflow;
    return { namespace, text: workflowId, href: workflowPage(namespace, workflowId, runId), event: '' };
  }
  if (link.activity) {
    const { namespace, activityId, runId } = link.activity;
    return {
      namespace,
      text: activityId,
      href: to(['namespaces', namespace, 'activities', activityId, runId]),
      event: 'Activity',
    };
  }
  if (link.nexusOperation) {
    const { namespace, operationId, runId } = link.nexusOperation;
    return {
      namespace,
      text: operationId,
      href: to(['namespaces', namespace, 'nexus-operations', operationId, runId]),
      event: 'Operation',
    };
  }
  return undefined;
}

export function LinkView({ of }: { of: Link }) {
  const target = targetOf(of);
  if (!target) return <span>{of.batchJob ? `batch job ${of.batchJob.jobId}` : JSON.stringify(of)}</span>;
  return (
    <a href={target.href}>
      {target.namespace} / {target.text} {target.event && <span class="dim">{target.event}</span>}
    </a>
  );
}
