// One workflow: what it is on top, below it what the chosen tab shows.

import { useEffect, useMemo } from 'preact/hooks';
import type { WorkflowDescription } from '../api/types.ts';
import { go, to } from '../router.ts';
import { Await, Copy, Problem, Span, Status, Tabs, Time, type Tab } from '../ui/basics.tsx';
import { workflowPage } from '../ui/links.tsx';
import { HistoryView } from '../ui/history_view.tsx';
import { Timeline } from '../ui/timeline.tsx';
import { useDescription, useHistory, type GrowingHistory } from './workflow_data.ts';
import { WorkflowActions } from './workflow_actions.tsx';
import { WorkflowSummary } from './workflow_summary.tsx';
import { Pending, pendingOf } from './workflow_pending.tsx';
import { Messages } from './workflow_messages.tsx';
import { Relations } from './workflow_relations.tsx';
import { NexusLinks, nexusLinksOf } from './workflow_nexus.tsx';

interface Props {
  namespace: string;
  id: string;
  run: string | undefined;
  tab: string;
}

export function WorkflowPage({ namespace, id, run, tab }: Props) {
  const history = useHistory(namespace, id, run);
  const description = useDescription(namespace, id, run, history.size);
  const found = description.data?.workflowExecutionInfo.execution.runId;
  useEffect(() => {
    if (!run && found) go(workflowPage(namespace, id, found), { replace: true });
  }, [run, found]);
  return (
    <div class="page fill">
      <nav class="dim" aria-label="Way">
        <a href={to(['namespaces', namespace, 'workflows'])}>{namespace}</a> / workflows
      </nav>
      <div class="title">
        <h1 class="wrap">{id}</h1>
        <Copy text={id} label="Copy the workflow id" />
      </div>
      <Await of={description}>
        {(of) =>
          run && <Workflow namespace={namespace} of={of} history={history} tab={tab} reload={description.reload} />
        }
      </Await>
    </div>
  );
}

interface WorkflowProps {
  namespace: string;
  of: WorkflowDescription;
  history: GrowingHistory;
  tab: string;
  reload: () => void;
}

function Workflow({ namespace, of, history, tab: asked, reload }: WorkflowProps) {
  const info = of.workflowExecutionInfo;
  const { workflowId, runId } = info.execution;
  const page = (which: string): string => workflowPage(namespace, workflowId, runId, which);
  const many = (title: string, count: number) =>
    count ? (
      <>
        {title} <b class="count">{count}</b>
      </>
    ) : (
      title
    );
  const links = useMemo(
    () => nexusLinksOf(history.history, namespace).length,
    [history.history, history.size, namespace],
  );
  const tabs: Tab[] = [
    { id: 'summary', title: 'Summary', href: workflowPage(namespace, workflowId, runId) },
    { id: 'timeline', title: 'Timeline', href: page('timeline') },
    { id: 'history', title: many('History', history.size), href: page('history') },
    { id: 'pending', title: many('Pending', pendingOf(of)), href: page('pending') },
    { id: 'messages', title: 'Queries and updates', href: page('messages') },
    { id: 'relations', title: 'Relations', href: page('relations') },
    { id: 'nexus', title: many('Nexus links', links), href: page('nexus') },
  ];
  // Addresses of other UIs name tabs that this one has not.
  const tab = tabs.some(({ id }) => id === asked) ? asked : 'summary';
  return (
    <>
      <div class="title facts">
        <Status of={info.status} />
        <span>{info.type?.name}</span>
        <span class="dim">
          started <Time at={info.startTime} />, {info.closeTime ? 'took' : 'for'}{' '}
          <Span from={info.startTime} until={info.closeTime} />
        </span>
        <span class="space" />
        <WorkflowActions namespace={namespace} info={info} history={history} done={reload} />
      </div>
      <Tabs tabs={tabs} shown={tab} label="Parts of the workflow" />
      <Problem error={history.error && new Error(history.error)} />
      {tab === 'summary' && <WorkflowSummary namespace={namespace} of={of} history={history} />}
      {tab === 'timeline' && (
        <Timeline
          history={history.history}
          size={history.size}
          namespace={namespace}
          pending={of.pendingActivities ?? []}
          operations={of.pendingNexusOperations ?? []}
        />
      )}
      {tab === 'history' && (
        <HistoryView
          history={history.history}
          size={history.size}
          namespace={namespace}
          name={`${workflowId}_${runId}`}
        />
      )}
      {tab === 'pending' && <Pending namespace={namespace} of={of} />}
      {tab === 'messages' && <Messages namespace={namespace} info={info} />}
      {tab === 'relations' && <Relations namespace={namespace} of={of} history={history.history} />}
      {tab === 'nexus' && <NexusLinks namespace={namespace} of={of} history={history.history} />}
    </>
  );
}
