// Starts a workflow.

import { useState } from 'preact/hooks';
import { at, identity, post } from '../api/client.ts';
import { writtenInput } from '../api/payloads.ts';
import { go } from '../router.ts';
import { Dialog, Field } from '../ui/dialog.tsx';
import { workflowPage } from '../ui/links.tsx';

export function StartDialog({ namespace, close }: { namespace: string; close: () => void }) {
  const [id, setId] = useState<string>(() => crypto.randomUUID());
  const [type, setType] = useState('');
  const [queue, setQueue] = useState('');
  const [input, setInput] = useState('');
  const run = async (): Promise<void> => {
    const { runId } = await post<{ runId: string }>(at`namespaces/${namespace}/workflows/${id}`, {
      workflowType: { name: type },
      taskQueue: { name: queue },
      input: await writtenInput(input, namespace),
      identity,
      requestId: crypto.randomUUID(),
    });
    go(workflowPage(namespace, id, runId));
  };
  return (
    <Dialog title="Start a workflow" action="Start" run={run} close={close}>
      <Field label="Workflow id" value={id} set={setId} required />
      <Field label="Type" value={type} set={setType} required />
      <Field label="Task queue" value={queue} set={setQueue} required />
      <Field label="Input (JSON)" value={input} set={setInput} rows={4} />
    </Dialog>
  );
}
