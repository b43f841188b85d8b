// A workflow in short: facts, what went in, what came out.

import type { Failure, Payload, Payloads, WorkflowDescription } from '../api/types.ts';
import { attributesOf } from '../model/history.ts';
import { eventWord, showBytes } from '../model/words.ts';
import { to } from '../router.ts';
import { Copy, Fields, Time } from '../ui/basics.tsx';
import { FailureView, PayloadsView } from '../ui/payload_view.tsx';
import { workflowPage } from '../ui/links.tsx';
import type { GrowingHistory } from './workflow_data.ts';
import { PendingActivities, PendingOperations } from './workflow_pending.tsx';

interface Props {
  namespace: string;
  of: WorkflowDescription;
  history: GrowingHistory;
}

export function WorkflowSummary({ namespace, of, history }: Props) {
  const info = of.workflowExecutionInfo;
  const queue = info.taskQueue ?? of.executionConfig?.taskQueue?.name ?? '';
  const task = of.pendingWorkflowTask;
  return (
    <>
      <section class="card">
        <Fields
          of={[
            [
              'Run id',
              <>
                {info.execution.runId} <Copy text={info.execution.runId} label="Copy the run id" />
              </>,
            ],
            ['Task queue', <a href={to(['namespaces', namespace, 'task-queues', queue])}>{queue}</a>],
            ['Start', <Time at={info.startTime} />],
            ['End', info.closeTime && <Time at={info.closeTime} />],
            ['Events', info.historyLength ?? String(history.size)],
            ['Size of the history', info.historySizeBytes && showBytes(Number(info.historySizeBytes))],
            ['State transitions', info.stateTransitionCount],
            [
              'Workflow task',
              task &&
                `${task.state?.replace('PENDING_WORKFLOW_TASK_STATE_', '').toLowerCase()}, attempt ${task.attempt ?? 1}`,
            ],
            [
              'Parent',
              info.parentExecution && (
                <a href={workflowPage(namespace, info.parentExecution.workflowId, info.parentExecution.runId)}>
                  {info.parentExecution.workflowId}
                </a>
              ),
            ],
          ]}
        />
      </section>
      <div class="columns">
        <section class="card">
          <h2>Input</h2>
          <Input history={history} namespace={namespace} />
        </section>
        <section class="card">
          <h2>Result</h2>
          <Result history={history} namespace={namespace} />
        </section>
      </div>
      {of.pendingActivities && <PendingActivities of={of.pendingActivities} namespace={namespace} />}
      {of.pendingNexusOperations && <PendingOperations of={of.pendingNexusOperations} namespace={namespace} />}
      <Named title="Search attributes" of={info.searchAttributes?.indexedFields} namespace={namespace} />
      <Named title="Memo" of={info.memo?.fields} namespace={namespace} />
    </>
  );
}

function Input({ history, namespace }: { history: GrowingHistory; namespace: string }) {
  const first = history.history.first;
  if (!first) return <span class="dim">Loading…</span>;
  const input = attributesOf(first)['input'] as Payloads | undefined;
  return <PayloadsView of={input?.payloads} namespace={namespace} label="Input" />;
}

function Result({ history, namespace }: { history: GrowingHistory; namespace: string }) {
  const last = history.history.closing;
  if (!last) return <span class="dim">not there yet</span>;
  const { result, failure, details, newExecutionRunId } = attributesOf(last) as {
    result?: Payloads;
    failure?: Failure;
    details?: Payloads;
    newExecutionRunId?: string;
  };
  if (failure) return <FailureView of={failure} namespace={namespace} />;
  if (result) return <PayloadsView of={result.payloads} namespace={namespace} label="Result" />;
  return (
    <>
      <p>
        {eventWord(last.eventType).replace('WorkflowExecution', '')}
        {newExecutionRunId && ` as ${newExecutionRunId}`}
      </p>
      {details?.payloads && <PayloadsView of={details.payloads} namespace={namespace} label="Details" />}
    </>
  );
}

function Named({
  title,
  of,
  namespace,
}: {
  title: string;
  of: Record<string, Payload> | undefined;
  namespace: string;
}) {
  const entries = Object.entries(of ?? {});
  if (entries.length === 0) return null;
  return (
    <section class="card">
      <h2>{title}</h2>
      <Fields
        of={entries.map(([name, payload]) => [
          name,
          <PayloadsView of={[payload]} namespace={namespace} label={name} />,
        ])}
      />
    </section>
  );
}
