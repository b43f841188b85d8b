// Creates a Nexus endpoint, or changes one.

import { useState } from 'preact/hooks';
import { createEndpoint, describedBy, descriptionPayload, updateEndpoint } from '../api/endpoints.ts';
import { namespaces } from '../api/namespaces.ts';
import { settings } from '../api/settings.ts';
import type { Endpoint, EndpointSpec } from '../api/types.ts';
import { Choice, Dialog, Field } from '../ui/dialog.tsx';
import { Markdown } from '../ui/markdown.tsx';

interface Props {
  /** The one to change; without it one is created. */
  endpoint?: Endpoint;
  done: (endpoint: Endpoint) => void;
  close: () => void;
}

export function EndpointDialog({ endpoint, done, close }: Props) {
  const before = endpoint?.spec;
  const [name, setName] = useState(before?.name ?? '');
  const [kind, setKind] = useState(before?.target.external ? 'external' : 'worker');
  const [namespace, setNamespace] = useState(before?.target.worker?.namespace ?? '');
  const [queue, setQueue] = useState(before?.target.worker?.taskQueue ?? '');
  const [url, setUrl] = useState(before?.target.external?.url ?? '');
  const [description, setDescription] = useState(before ? describedBy(before) : '');
  const [callers, setCallers] = useState((before?.allowedCallerNamespaces ?? []).join('\n'));
  const run = async (): Promise<void> => {
    const payload = descriptionPayload(description);
    const spec: EndpointSpec = {
      name,
      target: kind === 'worker' ? { worker: { namespace, taskQueue: queue } } : { external: { url } },
      ...(payload ? { description: payload } : {}),
      ...(settings.value.endpointCallers ? { allowedCallerNamespaces: callers.split(/\s+/).filter(Boolean) } : {}),
    };
    done(endpoint ? await updateEndpoint(endpoint, spec) : await createEndpoint(spec));
  };
  const names = namespaces.value.map((each) => each.namespaceInfo.name);
  return (
    <Dialog
      title={endpoint ? `Edit ${endpoint.spec.name}` : 'Create a Nexus endpoint'}
      action={endpoint ? 'Save' : 'Create'}
      run={run}
      close={close}
    >
      <Field label="Name" value={name} set={setName} required hint="Letters, digits and -; callers use it." />
      <Choice
        label="Target"
        value={kind}
        set={setKind}
        of={[
          ['worker', 'workers of a namespace'],
          ['external', 'a URL'],
        ]}
      />
      {kind === 'worker' ? (
        <>
          <Field label="Target namespace" value={namespace} set={setNamespace} list={names} required />
          <Field label="Task queue" value={queue} set={setQueue} required />
        </>
      ) : (
        <Field label="URL" value={url} set={setUrl} type="url" required />
      )}
      {settings.value.endpointCallers && (
        <Field
          label="Allowed callers"
          value={callers}
          set={setCallers}
          rows={2}
          hint="Namespaces, one a line; none: every namespace may call."
        />
      )}
      <Field label="Description (Markdown)" value={description} set={setDescription} rows={5} />
      {description.trim() && (
        <details>
          <summary>Preview</summary>
          <Markdown text={description} />
        </details>
      )}
    </Dialog>
  );
}
