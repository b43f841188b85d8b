// The task queues that workflows and endpoints of a namespace name: the API has no list of them.

import { useState } from 'preact/hooks';
import { at, get } from '../api/client.ts';
import { listEndpoints } from '../api/endpoints.ts';
import type { WorkflowList } from '../api/types.ts';
import { go, to } from '../router.ts';
import { Await, Empty } from '../ui/basics.tsx';
import { useLoad } from '../ui/load.ts';
import { describeQueue, type QueueKind } from './queue_state.tsx';

const recent = 500;
const most = 40;

async function named(namespace: string, signal: AbortSignal): Promise<string[]> {
  const [workflows, endpoints] = await Promise.all([
    get<WorkflowList>(at`namespaces/${namespace}/workflows`, { pageSize: recent }, signal),
    listEndpoints(signal),
  ]);
  const names = new Set<string>();
  for (const info of workflows.executions ?? []) if (info.taskQueue) names.add(info.taskQueue);
  for (const { spec } of endpoints)
    if (spec.target.worker?.namespace === namespace) names.add(spec.target.worker.taskQueue);
  return [...names].sort().slice(0, most);
}

export function TaskQueuesPage({ namespace }: { namespace: string }) {
  const list = useLoad((signal) => named(namespace, signal), [namespace]);
  const [name, setName] = useState('');
  const open = (event: Event): void => {
    event.preventDefault();
    if (name) go(to(['namespaces', namespace, 'task-queues', name]));
  };
  return (
    <div class="page">
      <h1>Task queues</h1>
      <form class="filter" onSubmit={open}>
        <input
          data-filter
          aria-label="Name of a task queue"
          placeholder="Name of a task queue   ( / )"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button class="primary">Show</button>
      </form>
      <Await of={list}>
        {(names) =>
          names.length === 0 ? (
            <Empty>No workflow and no endpoint of this namespace names a task queue.</Empty>
          ) : (
            <div class="scroll" tabIndex={0} role="region" aria-label="Task queues">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Task queue</th>
                    <th scope="col">Workflow tasks</th>
                    <th scope="col">Activities</th>
                    <th scope="col">Nexus</th>
                  </tr>
                </thead>
                <tbody>
                  {names.map((each) => (
                    <tr key={each}>
                      <td>
                        <a href={to(['namespaces', namespace, 'task-queues', each])}>{each}</a>
                      </td>
                      {(['WORKFLOW', 'ACTIVITY', 'NEXUS'] as const).map((kind) => (
                        <td key={kind}>
                          <Brief namespace={namespace} name={each} kind={kind} />
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Await>
      <p class="dim">Those of the last {recent} workflows, and of endpoints that lead here.</p>
    </div>
  );
}

function Brief({ namespace, name, kind }: { namespace: string; name: string; kind: QueueKind }) {
  const loaded = useLoad((signal) => describeQueue(namespace, name, kind, signal), [namespace, name, kind]);
  if (!loaded.data) return <span class="dim">{loaded.error ? '–' : '…'}</span>;
  const pollers = loaded.data.pollers?.length ?? 0;
  const backlog = Number(loaded.data.stats?.approximateBacklogCount ?? 0);
  return (
    <span class={pollers === 0 && backlog > 0 ? 'bad' : pollers === 0 ? 'dim' : ''}>
      {pollers} {pollers === 1 ? 'poller' : 'pollers'}
      {backlog > 0 && `, ${backlog} waiting`}
    </span>
  );
}
