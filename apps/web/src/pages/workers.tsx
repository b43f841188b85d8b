// The workers that tell the service of themselves.

import { useState } from 'preact/hooks';
import { at, get } from '../api/client.ts';
import { Await, Empty, Time } from '../ui/basics.tsx';
import { AttributesView } from '../ui/attributes_view.tsx';
import { useLoad } from '../ui/load.ts';

interface Heartbeat {
  workerInstanceKey: string;
  workerIdentity?: string;
  taskQueue?: string;
  sdkName?: string;
  sdkVersion?: string;
  status?: string;
  startTime?: string;
  heartbeatTime?: string;
}
interface Answer {
  workersInfo?: { workerHeartbeat: Heartbeat }[];
}

export function WorkersPage({ namespace }: { namespace: string }) {
  const list = useLoad(
    (signal) => get<Answer>(at`namespaces/${namespace}/workers`, { pageSize: 200 }, signal),
    [namespace],
    15_000,
  );
  const [open, setOpen] = useState('');
  return (
    <div class="page">
      <h1>Workers</h1>
      <Await of={list}>
        {({ workersInfo = [] }) =>
          workersInfo.length === 0 ? (
            <Empty>
              No worker of this namespace tells of itself. Those that only poll are shown with their task queue.
            </Empty>
          ) : (
            <div class="scroll" tabIndex={0} role="region" aria-label="Workers">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Worker</th>
                    <th scope="col">Task queue</th>
                    <th scope="col">Status</th>
                    <th scope="col">SDK</th>
                    <th scope="col">Started</th>
                    <th scope="col">Last heard of</th>
                  </tr>
                </thead>
                <tbody>
                  {workersInfo.map(({ workerHeartbeat: worker }) => (
                    <tr key={worker.workerInstanceKey}>
                      <td>
                        <button
                          class="name"
                          aria-pressed={open === worker.workerInstanceKey}
                          onClick={() => setOpen(open === worker.workerInstanceKey ? '' : worker.workerInstanceKey)}
                        >
                          {worker.workerIdentity}
                        </button>
                      </td>
                      <td>{worker.taskQueue}</td>
                      <td>{worker.status?.replace('WORKER_STATUS_', '').toLowerCase()}</td>
                      <td>
                        {worker.sdkName} {worker.sdkVersion}
                      </td>
                      <td>
                        <Time at={worker.startTime} />
                      </td>
                      <td>
                        <Time at={worker.heartbeatTime} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Await>
      {list.data?.workersInfo
        ?.filter((each) => each.workerHeartbeat.workerInstanceKey === open)
        .map((each) => (
          <section class="card" key={open}>
            <AttributesView of={each.workerHeartbeat} namespace={namespace} />
          </section>
        ))}
    </div>
  );
}
