// One Nexus endpoint: where it leads, what it is for, who polls for it.

import { useState } from 'preact/hooks';
import { deleteEndpoint, describedBy, getEndpoint } from '../api/endpoints.ts';
import { settings } from '../api/settings.ts';
import type { CircuitBreaker, Endpoint } from '../api/types.ts';
import { go, to } from '../router.ts';
import { Await, Copy, Fields, Time } from '../ui/basics.tsx';
import { Dialog, Field } from '../ui/dialog.tsx';
import { useLoad } from '../ui/load.ts';
import { Markdown } from '../ui/markdown.tsx';
import { EndpointDialog } from './endpoint_dialog.tsx';
import { QueueState } from './queue_state.tsx';

/** Circuit breakers change by themselves. */
const refresh = 10_000;

export function EndpointPage({ id }: { id: string }) {
  const loaded = useLoad((signal) => getEndpoint(id, signal), [id], refresh);
  return (
    <div class="page">
      <nav class="dim" aria-label="Way">
        <a href={to(['nexus'])}>Nexus endpoints</a>
      </nav>
      <Await of={loaded}>{(endpoint) => <Shown endpoint={endpoint} reload={loaded.reload} />}</Await>
    </div>
  );
}

function Shown({ endpoint, reload }: { endpoint: Endpoint; reload: () => void }) {
  const [open, setOpen] = useState<'edit' | 'delete'>();
  const { name, target, allowedCallerNamespaces } = endpoint.spec;
  const description = describedBy(endpoint.spec);
  return (
    <>
      <div class="title">
        <h1 class="wrap">{name}</h1>
        <Copy text={name} label="Copy the name" />
        <span class="space" />
        <button onClick={() => setOpen('edit')}>Edit</button>
        <button class="danger" onClick={() => setOpen('delete')}>
          Delete
        </button>
      </div>
      <section class="card">
        <Fields
          of={[
            [
              'Target namespace',
              target.worker && (
                <a href={to(['namespaces', target.worker.namespace, 'workflows'])}>{target.worker.namespace}</a>
              ),
            ],
            [
              'Task queue',
              target.worker && (
                <a href={to(['namespaces', target.worker.namespace, 'task-queues', target.worker.taskQueue])}>
                  {target.worker.taskQueue}
                </a>
              ),
            ],
            ['URL', target.external?.url],
            ['Allowed callers', settings.value.endpointCallers && <Callers of={allowedCallerNamespaces} />],
            ['Id', endpoint.id],
            ['Path for HTTP callers', endpoint.urlPrefix],
            ['Created', <Time at={endpoint.createdTime} />],
            ['Changed', endpoint.lastModifiedTime && <Time at={endpoint.lastModifiedTime} />],
            ['Version', endpoint.version],
          ]}
        />
      </section>
      {description && (
        <section class="card">
          <Markdown text={description} />
        </section>
      )}
      {target.worker && (
        <>
          <h2>Handlers</h2>
          <QueueState namespace={target.worker.namespace} name={target.worker.taskQueue} kind="NEXUS" />
        </>
      )}
      {settings.value.endpointCallers && <Breakers of={endpoint.circuitBreakers ?? []} />}
      {open === 'edit' && <EndpointDialog endpoint={endpoint} done={reload} close={() => setOpen(undefined)} />}
      {open === 'delete' && <DeleteDialog endpoint={endpoint} close={() => setOpen(undefined)} />}
    </>
  );
}

function Callers({ of }: { of: string[] | undefined }) {
  if (!of?.length) return <span>every namespace</span>;
  return (
    <ul class="plain">
      {of.map((name) => (
        <li key={name}>
          <a href={to(['namespaces', name, 'workflows'])}>{name}</a>
        </li>
      ))}
    </ul>
  );
}

function Breakers({ of }: { of: CircuitBreaker[] }) {
  return (
    <>
      <h2>Circuit breakers</h2>
      {of.length === 0 ? (
        <p class="dim">All are closed: none holds requests back.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Circuit breakers">
          <table>
            <thead>
              <tr>
                <th scope="col">Caller</th>
                <th scope="col">Requests</th>
                <th scope="col">State</th>
                <th scope="col">Failures in a row</th>
                <th scope="col">Opened by</th>
                <th scope="col">Tried again</th>
              </tr>
            </thead>
            <tbody>
              {of.map((each) => (
                <tr key={`${each.callerNamespace}/${each.requests}`}>
                  <td>
                    <a href={to(['namespaces', each.callerNamespace, 'workflows'])}>{each.callerNamespace}</a>
                  </td>
                  <td>{each.requests}</td>
                  <td>
                    <BreakerState of={each} />
                  </td>
                  <td>{each.failuresInARow ?? ''}</td>
                  <td class="wrap">{each.openedBy ?? ''}</td>
                  <td>
                    {each.openUntil ? (
                      <Time at={each.openUntil} />
                    ) : each.state === 'half open' ? (
                      'by one request now'
                    ) : (
                      ''
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

const looks = { closed: 's-completed', open: 's-failed', 'half open': 's-running' };

export function BreakerState({ of }: { of: CircuitBreaker }) {
  return <span class={`badge ${looks[of.state]}`}>{of.state}</span>;
}

function DeleteDialog({ endpoint, close }: { endpoint: Endpoint; close: () => void }) {
  const [typed, setTyped] = useState('');
  const { name } = endpoint.spec;
  const run = async (): Promise<void> => {
    await deleteEndpoint(endpoint);
    go(to(['nexus']));
  };
  return (
    <Dialog title={`Delete ${name}`} action="Delete" danger ready={typed === name} run={run} close={close}>
      <p>Operations that workflows start at this endpoint will fail.</p>
      <Field label={`Type ${name} to confirm`} value={typed} set={setTyped} />
    </Dialog>
  );
}
