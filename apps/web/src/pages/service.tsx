// The service itself: what it is, what it can do, and how it is doing.

import { useRef } from 'preact/hooks';
import { get, readMetrics } from '../api/client.ts';
import { settings } from '../api/settings.ts';
import { operationsOf, samplesOf, totalOf, type Operation } from '../model/metrics.ts';
import { showDuration } from '../model/time.ts';
import { sentence, showBytes } from '../model/words.ts';
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
                {Object.entries(system.capabilities ?? {})
                  .filter(([, has]) => has)
                  .map(([what]) => (
                    <li key={what}>{sentence(what)}</li>
                  ))}
              </ul>
            </section>
          </>
        )}
      </Await>
      {settings.value.metricsPath && <Load path={settings.value.metricsPath} />}
    </div>
  );
}

const every = 5000;

interface Reading {
  at: number;
  /** Seconds of CPU time. */
  cpu: number | undefined;
  calls: Map<string, number>;
}

function Load({ path }: { path: string }) {
  const readings = useRef<Reading[]>([]);
  const loaded = useLoad(
    async (signal) => {
      const samples = samplesOf(await readMetrics(path, signal));
      const operations = operationsOf(samples);
      const reading = {
        at: performance.now(),
        cpu: totalOf(samples, 'process_cpu_seconds_total'),
        calls: new Map(operations.map(({ name, calls }) => [name, calls])),
      };
      readings.current = [...readings.current.slice(-11), reading];
      return { samples, operations };
    },
    [path],
    every,
  );
  const first = readings.current[0];
  const last = readings.current.at(-1);
  const rate = ({ name, calls }: Operation): string =>
    first && last && last.at > first.at
      ? (((calls - (first.calls.get(name) ?? 0)) * 1000) / (last.at - first.at)).toFixed(1)
      : '';
  const load =
    first?.cpu !== undefined && last?.cpu !== undefined && last.at > first.at
      ? `${(((last.cpu - first.cpu) * 100_000) / (last.at - first.at)).toFixed()} % of a processor, lately`
      : '';
  return (
    <section class="card">
      <h2>Calls</h2>
      <Await of={loaded}>
        {({ samples, operations }) => {
          const memory = totalOf(samples, 'process_resident_memory_bytes');
          return (
            <>
              <Fields
                of={[
                  ['Answered with an error', totalOf(samples, 'troupe_service_failures')],
                  ['Load', load],
                  ['Memory', memory !== undefined && showBytes(memory)],
                ]}
              />
              <div class="scroll" tabIndex={0} role="region" aria-label="Calls">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Call</th>
                      <th scope="col">Answered</th>
                      <th scope="col">A second, lately</th>
                      <th scope="col">On average</th>
                      <th scope="col">99 % within</th>
                    </tr>
                  </thead>
                  <tbody>
                    {operations.map((each) => (
                      <tr key={each.name}>
                        <td>{each.name}</td>
                        <td>{each.calls}</td>
                        <td>{rate(each)}</td>
                        <td>{showDuration(each.mean * 1000)}</td>
                        <td>{Number.isFinite(each.p99) ? showDuration(each.p99 * 1000) : 'more'}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </>
          );
        }}
      </Await>
    </section>
  );
}
