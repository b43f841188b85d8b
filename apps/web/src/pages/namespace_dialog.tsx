// Creates a namespace, or changes one.

import { useState } from 'preact/hooks';
import { at, post } from '../api/client.ts';
import { loadNamespaces } from '../api/namespaces.ts';
import type { Namespace } from '../api/types.ts';
import { durationMs } from '../model/time.ts';
import { Dialog, Field } from '../ui/dialog.tsx';

interface Props {
  /** The one to change; without it one is created. */
  namespace?: Namespace;
  done: () => void;
  close: () => void;
}

const dayMs = 86_400_000;

export function NamespaceDialog({ namespace, done, close }: Props) {
  const info = namespace?.namespaceInfo;
  const [name, setName] = useState(info?.name ?? '');
  const [description, setDescription] = useState(info?.description ?? '');
  const [owner, setOwner] = useState(info?.ownerEmail ?? '');
  const [days, setDays] = useState(
    String(durationMs(namespace?.config?.workflowExecutionRetentionTtl ?? '259200s') / dayMs),
  );
  const run = async (): Promise<void> => {
    const retention = `${Math.round(Number(days) * 86_400)}s`;
    if (namespace)
      await post(at`namespaces/${name}/update`, {
        namespace: name,
        updateInfo: { description, ownerEmail: owner },
        config: { workflowExecutionRetentionTtl: retention },
      });
    else
      await post('namespaces', {
        namespace: name,
        description,
        ownerEmail: owner,
        workflowExecutionRetentionPeriod: retention,
      });
    await loadNamespaces();
    done();
  };
  return (
    <Dialog
      title={namespace ? `Edit ${name}` : 'Create a namespace'}
      action={namespace ? 'Save' : 'Create'}
      ready={Number(days) > 0}
      run={run}
      close={close}
    >
      {!namespace && <Field label="Name" value={name} set={setName} required />}
      <Field label="Description" value={description} set={setDescription} />
      <Field label="Owner" value={owner} set={setOwner} hint="An e-mail address." />
      <Field label="Days that closed workflows are kept" value={days} set={setDays} type="number" required />
    </Dialog>
  );
}
