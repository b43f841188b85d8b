// What can be done to one workflow.

import { useState } from 'preact/hooks';
import { at, identity, post } from '../api/client.ts';
import { writtenInput } from '../api/payloads.ts';
import type { WorkflowInfo } from '../api/types.ts';
import { eventWord } from '../model/words.ts';
import { go } from '../router.ts';
import { Choice, Dialog, Field } from '../ui/dialog.tsx';
import { workflowPage } from '../ui/links.tsx';
import type { GrowingHistory } from './workflow_data.ts';

type Action = 'Signal' | 'Cancel' | 'Terminate' | 'Reset';

interface Props {
  namespace: string;
  info: WorkflowInfo;
  history: GrowingHistory;
  done: () => void;
}

export function WorkflowActions(props: Props) {
  const [action, setAction] = useState<Action>();
  const running = /RUNNING|PAUSED/.test(props.info.status);
  const actions: Action[] = running ? ['Signal', 'Cancel', 'Terminate', 'Reset'] : ['Reset'];
  const close = (): void => {
    setAction(undefined);
    props.done();
  };
  return (
    <div class="inline" role="group" aria-label="Actions">
      {actions.map((each) => (
        <button key={each} class={each === 'Terminate' ? 'danger' : ''} onClick={() => setAction(each)}>
          {each}
        </button>
      ))}
      {action === 'Signal' && <SignalDialog {...props} close={close} />}
      {action === 'Cancel' && <ReasonDialog {...props} action="Cancel" close={close} />}
      {action === 'Terminate' && <ReasonDialog {...props} action="Terminate" close={close} />}
      {action === 'Reset' && <ResetDialog {...props} close={close} />}
    </div>
  );
}

type DialogProps = Props & { close: () => void };

function SignalDialog({ namespace, info, close }: DialogProps) {
  const [name, setName] = useState('');
  const [input, setInput] = useState('');
  const run = async (): Promise<void> => {
    await post(at`namespaces/${namespace}/workflows/${info.execution.workflowId}/signal/${name}`, {
      workflowExecution: info.execution,
      input: await writtenInput(input, namespace),
      identity,
      requestId: crypto.randomUUID(),
    });
  };
  return (
    <Dialog title={`Signal ${info.execution.workflowId}`} action="Signal" run={run} close={close}>
      <Field label="Signal" value={name} set={setName} required />
      <Field label="Input (JSON)" value={input} set={setInput} rows={4} />
    </Dialog>
  );
}

function ReasonDialog({ namespace, info, action, close }: DialogProps & { action: 'Cancel' | 'Terminate' }) {
  const [reason, setReason] = useState('');
  const id = info.execution.workflowId;
  const run = (): Promise<unknown> =>
    post(
      action === 'Cancel'
        ? at`namespaces/${namespace}/workflows/${id}/cancel`
        : at`namespaces/${namespace}/workflows/${id}/terminate`,
      {
        workflowExecution: info.execution,
        reason,
        identity,
        ...(action === 'Cancel' ? { requestId: crypto.randomUUID() } : {}),
      },
    );
  return (
    <Dialog title={`${action} ${id}`} action={action} danger={action === 'Terminate'} run={run} close={close}>
      <p class="dim">
        {action === 'Cancel'
          ? 'The workflow is told, and ends as its code wants.'
          : 'The workflow ends at once; its code is not told.'}
      </p>
      <Field label="Reason" value={reason} set={setReason} />
    </Dialog>
  );
}

function ResetDialog({ namespace, info, history, close }: DialogProps) {
  const points = history.history.events.filter((event) =>
    /^WorkflowTask(Completed|Failed|TimedOut)$/.test(eventWord(event.eventType)),
  );
  const [point, setPoint] = useState(points.at(-1)?.eventId ?? '');
  const [reason, setReason] = useState('');
  const [signals, setSignals] = useState('signals');
  const id = info.execution.workflowId;
  const run = async (): Promise<void> => {
    const { runId } = await post<{ runId: string }>(at`namespaces/${namespace}/workflows/${id}/reset`, {
      workflowExecution: info.execution,
      reason,
      workflowTaskFinishEventId: point,
      requestId: crypto.randomUUID(),
      identity,
      resetReapplyExcludeTypes:
        signals === 'none' ? ['RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL', 'RESET_REAPPLY_EXCLUDE_TYPE_UPDATE'] : [],
    });
    go(workflowPage(namespace, id, runId));
  };
  return (
    <Dialog title={`Reset ${id}`} action="Reset" ready={point !== ''} run={run} close={close}>
      <p class="dim">
        A new run begins with the history up to a workflow task; this one is terminated if it still runs.
      </p>
      <Choice
        label="To the workflow task"
        value={point}
        set={setPoint}
        of={points.map((event) => [
          event.eventId,
          `${event.eventId} ${eventWord(event.eventType)}, ${event.eventTime.slice(0, 19)}Z`,
        ])}
      />
      <Choice
        label="Signals and updates after it"
        value={signals}
        set={setSignals}
        of={[
          ['signals', 'are applied again'],
          ['none', 'are left out'],
        ]}
      />
      <Field label="Reason" value={reason} set={setReason} required />
    </Dialog>
  );
}
