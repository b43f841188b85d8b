// The same done to many workflows, as a batch operation of the service.

import { useState } from 'preact/hooks';
import { at, get, identity, post } from '../api/client.ts';
import { writtenInput } from '../api/payloads.ts';
import type { WorkflowInfo } from '../api/types.ts';
import { enumWord } from '../model/words.ts';
import { Choice, Dialog, Field } from '../ui/dialog.tsx';
import { useInterval, useLoad } from '../ui/load.ts';

type Action = 'Cancel' | 'Terminate' | 'Signal' | 'Reset';
const actions: Action[] = ['Cancel', 'Terminate', 'Signal', 'Reset'];

interface Props {
  namespace: string;
  chosen: WorkflowInfo[];
  query: string;
  /** How many match the query. */
  total: number;
  done: () => void;
}

export function BatchBar({ namespace, chosen, query, total, done }: Props) {
  const [action, setAction] = useState<Action>();
  const [job, setJob] = useState('');
  return (
    <div class="inline" role="group" aria-label="Batch">
      {actions.map((each) => (
        <button key={each} disabled={total === 0 && chosen.length === 0} onClick={() => setAction(each)}>
          {each} {chosen.length > 0 ? chosen.length : 'all'}
        </button>
      ))}
      {action && (
        <BatchDialog
          namespace={namespace}
          action={action}
          chosen={chosen}
          query={query}
          total={total}
          started={setJob}
          close={() => setAction(undefined)}
        />
      )}
      {job && <Progress namespace={namespace} job={job} key={job} done={done} />}
    </div>
  );
}

async function operation(
  action: Action,
  namespace: string,
  name: string,
  input: string,
  point: string,
): Promise<object> {
  switch (action) {
    case 'Cancel':
      return { cancellationOperation: { identity } };
    case 'Terminate':
      return { terminationOperation: { identity } };
    case 'Signal':
      return { signalOperation: { identity, signal: name, input: await writtenInput(input, namespace) } };
    case 'Reset':
      return { resetOperation: { identity, options: { [point]: {} } } };
  }
}

interface DialogProps {
  namespace: string;
  action: Action;
  chosen: WorkflowInfo[];
  query: string;
  total: number;
  started: (job: string) => void;
  close: () => void;
}

function BatchDialog({ namespace, action, chosen, query, total, started, close }: DialogProps) {
  const [reason, setReason] = useState('');
  const [name, setName] = useState('');
  const [input, setInput] = useState('');
  const [point, setPoint] = useState('firstWorkflowTask');
  const many = chosen.length || total;
  const run = async (): Promise<void> => {
    const jobId = crypto.randomUUID();
    const which = chosen.length
      ? { executions: chosen.map((info) => info.execution) }
      : { visibilityQuery: query || 'WorkflowId IS NOT NULL' };
    await post(at`namespaces/${namespace}/batch-operations/${jobId}`, {
      ...which,
      reason,
      ...(await operation(action, namespace, name, input, point)),
    });
    started(jobId);
  };
  return (
    <Dialog
      title={`${action} ${many} ${many === 1 ? 'workflow' : 'workflows'}`}
      action={action}
      danger={action === 'Terminate'}
      ready={reason.trim() !== '' && (action !== 'Signal' || name !== '')}
      run={run}
      close={close}
    >
      <p class="dim">
        {chosen.length ? 'Those that are chosen.' : query ? `Those that match: ${query}` : 'All of this namespace.'}
      </p>
      {action === 'Signal' && (
        <>
          <Field label="Signal" value={name} set={setName} required />
          <Field label="Input (JSON)" value={input} set={setInput} rows={3} />
        </>
      )}
      {action === 'Reset' && (
        <Choice
          label="To"
          value={point}
          set={setPoint}
          of={[
            ['firstWorkflowTask', 'the first workflow task'],
            ['lastWorkflowTask', 'the last workflow task'],
          ]}
        />
      )}
      <Field label="Reason" value={reason} set={setReason} required />
    </Dialog>
  );
}

interface Job {
  state?: string;
  totalOperationCount?: string;
  completeOperationCount?: string;
  failureOperationCount?: string;
}

function Progress({ namespace, job, done }: { namespace: string; job: string; done: () => void }) {
  const loaded = useLoad(
    (signal) => get<Job>(at`namespaces/${namespace}/batch-operations/${job}`, {}, signal),
    [namespace, job],
  );
  const [over, setOver] = useState(false);
  useInterval(
    () => {
      if (loaded.loading) return;
      const state = enumWord(loaded.data?.state, 'BATCH_OPERATION_STATE');
      if (state === 'Completed' || state === 'Failed') {
        setOver(true);
        done();
      } else loaded.reload();
    },
    over ? 0 : 1000,
  );
  const {
    state,
    totalOperationCount = '0',
    completeOperationCount = '0',
    failureOperationCount = '0',
  } = loaded.data ?? {};
  const failed = failureOperationCount === '0' ? '' : `, ${failureOperationCount} failed`;
  return (
    <span role="status">
      {loaded.data
        ? `Batch ${enumWord(state, 'BATCH_OPERATION_STATE').toLowerCase()}: ${completeOperationCount} of ${totalOperationCount}${failed}`
        : 'Batch started'}
    </span>
  );
}
