// The Nexus endpoints.

import { useState } from 'preact/hooks';
import { listEndpoints } from '../api/endpoints.ts';
import type { Endpoint } from '../api/types.ts';
import { go, place, setParams, to } from '../router.ts';
import { Await, Empty, Time } from '../ui/basics.tsx';
import { useLoad } from '../ui/load.ts';
import { EndpointDialog } from './endpoint_dialog.tsx';

export const targetText = ({ spec }: Endpoint): string =>
  spec.target.worker
    ? `${spec.target.worker.namespace} / ${spec.target.worker.taskQueue}`
    : (spec.target.external?.url ?? '');

export function EndpointsPage() {
  const list = useLoad(listEndpoints, [], 60_000);
  const [creating, setCreating] = useState(false);
  const search = place.value.params.get('search') ?? '';
  const matches = (endpoint: Endpoint): boolean =>
    `${endpoint.spec.name} ${targetText(endpoint)}`.toLowerCase().includes(search.toLowerCase());
  return (
    <div class="page">
      <div class="title">
        <h1>Nexus endpoints</h1>
        <span class="space" />
        <button class="primary" onClick={() => setCreating(true)}>
          Create an endpoint
        </button>
      </div>
      <input
        data-filter
        type="search"
        aria-label="Search endpoints"
        placeholder="Name or target   ( / )"
        value={search}
        onInput={(event) => setParams({ search: event.currentTarget.value }, { replace: true })}
      />
      <Await of={list}>
        {(endpoints) => {
          const shown = endpoints.filter(matches);
          if (shown.length === 0) return <Empty>{search ? 'No endpoint matches.' : 'There is no endpoint yet.'}</Empty>;
          return (
            <div class="scroll" tabIndex={0} role="region" aria-label="Endpoints">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">Target</th>
                    <th scope="col">Created</th>
                    <th scope="col">Changed</th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map((endpoint) => (
                    <tr key={endpoint.id}>
                      <td>
                        <a href={to(['nexus', endpoint.id])}>{endpoint.spec.name}</a>
                        {endpoint.circuitBreakers?.some(({ state }) => state !== 'closed') && (
                          <>
                            {' '}
                            <span class="badge s-failed">breaker open</span>
                          </>
                        )}
                      </td>
                      <td>{targetText(endpoint)}</td>
                      <td>
                        <Time at={endpoint.createdTime} />
                      </td>
                      <td>
                        <Time at={endpoint.lastModifiedTime} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          );
        }}
      </Await>
      {creating && <EndpointDialog close={() => setCreating(false)} done={(made) => go(to(['nexus', made.id]))} />}
    </div>
  );
}
