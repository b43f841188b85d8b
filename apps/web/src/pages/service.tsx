// The service itself: what it is and what it can do.

import { get } from '../api/client.ts';
import { sentence } from '../model/words.ts';
import { Await, Fields } from '../ui/basics.tsx';
import { useLoad } from '../ui/load.ts';

interface Cluster {
  serverVersion?: string;
  clusterName?: string;
  clusterId?: string;
  historyShardCount?: number;
  persistenceStore?: string;
  visibilityStore?: string;
}
interface System {
  capabilities?: Record<string, boolean>;
}

export function ServicePage() {
  const loaded = useLoad(
    async (signal) => ({
      cluster: await get<Cluster>('cluster-info', {}, signal),
      system: await get<System>('system-info', {}, signal),
    }),
    [],
  );
  return (
    <div class="page">
      <h1>Service</h1>
      <Await of={loaded}>
        {({ cluster, system }) => (
          <>
            <section class="card">
              <Fields
                of={[
                  ['Version', cluster.serverVersion],
                  ['Cluster', cluster.clusterName],
                  ['Id', cluster.clusterId],
                  ['Shards', cluster.historyShardCount],
                  ['Store', cluster.persistenceStore],
                  ['Visibility', cluster.visibilityStore],
                ]}
              />
            </section>
            <section class="card">
              <h2>What it can do</h2>
              <ul class="plain">
                {Object.entries(system.capabilities ?? {}).filter(([, has]) => has).map(([what]) => (
                  <li key={what}>{sentence(what)}</li>
                ))}
              </ul>
            </section>
          </>
        )}
      </Await>
    </div>
  );
}
