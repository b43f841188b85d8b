// One activity or operation that runs without a workflow.

import { useState } from 'preact/hooks';
import {
  describeStandalone,
  endStandalone,
  nameOf,
  type StandaloneDescription,
  type StandaloneKind,
} from '../api/standalone.ts';
import type { Payload, Payloads } from '../api/types.ts';
import { to } from '../router.ts';
import { AttributesView } from '../ui/attributes_view.tsx';
import { Await } from '../ui/basics.tsx';
import { Dialog, Field } from '../ui/dialog.tsx';
import { useLoad } from '../ui/load.ts';
import { FailureView, PayloadsView } from '../ui/payload_view.tsx';
import { standaloneStatus } from './standalone_list.tsx';

interface Props {
  namespace: string;
  kind: StandaloneKind;
  id: string;
  run: string | undefined;
}

const listed = (of: Payloads | Payload | undefined): Payload[] | undefined =>
  of === undefined ? undefined : 'payloads' in of ? of.payloads : [of as Payload];

export function StandalonePage({ namespace, kind, id, run }: Props) {
  const loaded = useLoad(
    (signal) => describeStandalone(namespace, kind, id, run, signal),
    [namespace, kind, id, run],
    5000,
  );
  return (
    <div class="page">
      <nav class="dim" aria-label="Way">
        <a href={to(['namespaces', namespace, kind])}>{kind === 'activities' ? 'Activities' : 'Operations'}</a>
      </nav>
      <h1 class="wrap">{id}</h1>
      <Await of={loaded}>
        {(of) => <Shown namespace={namespace} kind={kind} id={id} of={of} reload={loaded.reload} />}
      </Await>
    </div>
  );
}

interface ShownProps {
  namespace: string;
  kind: StandaloneKind;
  id: string;
  of: StandaloneDescription;
  reload: () => void;
}

function Shown({ namespace, kind, id, of, reload }: ShownProps) {
  const [how, setHow] = useState<'cancel' | 'terminate'>();
  const [reason, setReason] = useState('');
  const { info } = of;
  const status = standaloneStatus(info.status);
  const failure = of.outcome?.failure ?? of.failure;
  const result = of.outcome?.result?.payloads ?? listed(of.result);
  const word = how === 'cancel' ? 'Cancel' : 'Terminate';
  return (
    <>
      <div class="title facts">
        <span class={`badge s-${status.toLowerCase()}`}>{status}</span>
        <span>{nameOf(info)}</span>
        <span class="space" />
        {status === 'Running' && (
          <div class="inline" role="group" aria-label="Actions">
            <button onClick={() => setHow('cancel')}>Cancel</button>
            <button class="danger" onClick={() => setHow('terminate')}>
              Terminate
            </button>
          </div>
        )}
      </div>
      <div class="columns">
        <section class="card">
          <h2>Input</h2>
          <PayloadsView of={listed(of.input)} namespace={namespace} label="Input" />
        </section>
        <section class="card">
          <h2>Result</h2>
          {failure ? (
            <FailureView of={failure} namespace={namespace} />
          ) : (
            <PayloadsView of={result} namespace={namespace} label="Result" />
          )}
        </section>
      </div>
      <section class="card">
        <AttributesView of={info} namespace={namespace} />
      </section>
      {how && (
        <Dialog
          title={`${word} ${id}`}
          action={word}
          danger={how === 'terminate'}
          run={() => endStandalone(namespace, kind, id, info.runId, how, reason)}
          close={() => {
            setHow(undefined);
            reload();
          }}
        >
          <Field label="Reason" value={reason} set={setReason} />
        </Dialog>
      )}
    </>
  );
}
