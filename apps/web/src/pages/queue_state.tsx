// Who polls a task queue for one kind of task, and what waits in it.

import { at, get } from '../api/client.ts';
import type { TaskQueue } from '../api/types.ts';
import { durationMs, showDuration } from '../model/time.ts';
import { Await, Empty, Fields, Time } from '../ui/basics.tsx';
import { useLoad } from '../ui/load.ts';

export type QueueKind = 'WORKFLOW' | 'ACTIVITY' | 'NEXUS';

export const describeQueue = (
  namespace: string,
  name: string,
  kind: QueueKind,
  signal?: AbortSignal,
): Promise<TaskQueue> =>
  get<TaskQueue>(
    at`namespaces/${namespace}/task-queues/${name}`,
    { taskQueueType: `TASK_QUEUE_TYPE_${kind}`, reportStats: true },
    signal,
  );

const rate = (perSecond: number | undefined): string => `${(perSecond ?? 0).toFixed(2)} a second`;

export function QueueState({ namespace, name, kind }: { namespace: string; name: string; kind: QueueKind }) {
  const loaded = useLoad((signal) => describeQueue(namespace, name, kind, signal), [namespace, name, kind], 15_000);
  return (
    <section class="card">
      <Await of={loaded}>
        {({ pollers = [], stats = {} }) => (
          <>
            <Fields
              of={[
                ['Backlog', stats.approximateBacklogCount ?? '0'],
                ['Age of the backlog', showDuration(durationMs(stats.approximateBacklogAge))],
                ['Tasks added', rate(stats.tasksAddRate)],
                ['Tasks dispatched', rate(stats.tasksDispatchRate)],
              ]}
            />
            {pollers.length === 0 ? (
              <Empty>No worker has polled in the last minutes.</Empty>
            ) : (
              <div class="scroll" tabIndex={0} role="region" aria-label="Pollers">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Worker</th>
                      <th scope="col">Last poll</th>
                    </tr>
                  </thead>
                  <tbody>
                    {pollers.map((poller) => (
                      <tr key={poller.identity}>
                        <td>{poller.identity}</td>
                        <td>
                          <Time at={poller.lastAccessTime} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </>
        )}
      </Await>
    </section>
  );
}
