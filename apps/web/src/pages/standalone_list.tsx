// Activities or operations that run without a workflow.

import { useState } from 'preact/hooks';
import { countStandalone, idOf, listStandalone, nameOf, type StandaloneKind } from '../api/standalone.ts';
import { statusOf, withStatus } from '../model/query.ts';
import { enumWord } from '../model/words.ts';
import { place, setParams, to } from '../router.ts';
import { Await, Empty, Span, Time } from '../ui/basics.tsx';
import { useLoad } from '../ui/load.ts';
import { StandaloneStart } from './standalone_start.tsx';

interface Props {
  namespace: string;
  kind: StandaloneKind;
}

export const standaloneStatus = (status: string | undefined): string =>
  enumWord(status, '(ACTIVITY|NEXUS_OPERATION)_EXECUTION_STATUS');

export function StandaloneListPage({ namespace, kind }: Props) {
  const query = place.value.params.get('query') ?? '';
  const [typed, setTyped] = useState(query);
  const [starting, setStarting] = useState(false);
  const list = useLoad(
    (signal) => listStandalone(namespace, kind, query, undefined, signal),
    [namespace, kind, query],
    20_000,
  );
  const counts = useLoad(
    (signal) => countStandalone(namespace, kind, withStatus(query, ''), signal),
    [namespace, kind, query],
    20_000,
  );
  const title = kind === 'activities' ? 'Activities' : 'Nexus operations';
  return (
    <div class="page">
      <div class="title">
        <h1>{title} without a workflow</h1>
        <span class="space" />
        <button class="primary" onClick={() => setStarting(true)}>
          Start one
        </button>
      </div>
      <form
        class="filter"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setParams({ query: typed });
        }}
      >
        <input
          data-filter
          type="search"
          aria-label="Filter"
          placeholder={'ExecutionStatus = "Running"   ( / )'}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <button class="primary">Filter</button>
      </form>
      <div class="chips" role="group" aria-label="Statuses">
        {counts.data?.map(([status, count]) => (
          <button
            key={status}
            class="chip"
            aria-pressed={statusOf(query) === status}
            onClick={() => setParams({ query: withStatus(query, statusOf(query) === status ? '' : status) })}
          >
            {status} <b>{count}</b>
          </button>
        ))}
      </div>
      <Await of={list}>
        {({ rows, nextPageToken }) =>
          rows.length === 0 ? (
            <Empty>{query ? 'Nothing matches the filter.' : 'There is none in this namespace yet.'}</Empty>
          ) : (
            <div class="scroll" tabIndex={0} role="region" aria-label={title}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">Status</th>
                    <th scope="col">Id</th>
                    <th scope="col">{kind === 'activities' ? 'Type' : 'Operation'}</th>
                    <th scope="col">Scheduled</th>
                    <th scope="col">Took</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((info) => (
                    <tr key={info.runId}>
                      <td>
                        <span class={`badge s-${standaloneStatus(info.status).toLowerCase()}`}>
                          {standaloneStatus(info.status)}
                        </span>
                      </td>
                      <td>
                        <a href={to(['namespaces', namespace, kind, idOf(info), info.runId])}>{idOf(info)}</a>
                      </td>
                      <td>{nameOf(info)}</td>
                      <td>
                        <Time at={info.scheduleTime} />
                      </td>
                      <td>
                        <Span from={info.scheduleTime} until={info.closeTime} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              {nextPageToken && <p class="dim">The first {rows.length}: a filter finds the others.</p>}
            </div>
          )
        }
      </Await>
      {starting && <StandaloneStart namespace={namespace} kind={kind} close={() => setStarting(false)} />}
    </div>
  );
}
