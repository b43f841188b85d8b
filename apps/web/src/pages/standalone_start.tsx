// Starts an activity or a Nexus operation without a workflow.

import { useState } from 'preact/hooks';
import { listEndpoints } from '../api/endpoints.ts';
import { writtenInput } from '../api/payloads.ts';
import { startStandalone, type StandaloneKind } from '../api/standalone.ts';
import { go, to } from '../router.ts';
import { Dialog, Field } from '../ui/dialog.tsx';
import { useLoad } from '../ui/load.ts';

interface Props {
  namespace: string;
  kind: StandaloneKind;
  close: () => void;
}

export function StandaloneStart({ namespace, kind, close }: Props) {
  const [id, setId] = useState<string>(() => crypto.randomUUID());
  const [names, setNames] = useState({ type: '', queue: '', endpoint: '', service: '', operation: '' });
  const [seconds, setSeconds] = useState('60');
  const [input, setInput] = useState('');
  const endpoints = useLoad((signal) => (kind === 'activities' ? Promise.resolve([]) : listEndpoints(signal)), [kind]);
  const field = (label: string, name: keyof typeof names, list?: string[]) => (
    <Field
      label={label}
      value={names[name]}
      set={(value) => setNames({ ...names, [name]: value })}
      required
      {...(list ? { list } : {})}
    />
  );
  const run = async (): Promise<void> => {
    const payloads = await writtenInput(input, namespace);
    const what =
      kind === 'activities'
        ? {
            activityType: { name: names.type },
            taskQueue: { name: names.queue },
            startToCloseTimeout: `${seconds}s`,
            input: payloads,
          }
        : {
            endpoint: names.endpoint,
            service: names.service,
            operation: names.operation,
            scheduleToCloseTimeout: `${seconds}s`,
            input: payloads?.payloads?.[0],
          };
    const runId = await startStandalone(namespace, kind, id, what);
    go(to(['namespaces', namespace, kind, id, runId]));
  };
  return (
    <Dialog
      title={kind === 'activities' ? 'Start an activity' : 'Start an operation'}
      action="Start"
      ready={Number(seconds) > 0}
      run={run}
      close={close}
    >
      <Field label="Id" value={id} set={setId} required />
      {kind === 'activities' ? (
        <>
          {field('Type', 'type')}
          {field('Task queue', 'queue')}
        </>
      ) : (
        <>
          {field(
            'Endpoint',
            'endpoint',
            endpoints.data?.map(({ spec }) => spec.name),
          )}
          {field('Service', 'service')}
          {field('Operation', 'operation')}
        </>
      )}
      <Field
        label={kind === 'activities' ? 'Seconds an attempt may take' : 'Seconds it may take'}
        value={seconds}
        set={setSeconds}
        type="number"
        required
      />
      <Field label="Input (JSON)" value={input} set={setInput} rows={4} />
    </Dialog>
  );
}
