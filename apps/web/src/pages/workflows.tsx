// The list of workflows: what one asks for, how many there are, and what can be done to many at once.

import { useState } from 'preact/hooks';
import { kept } from '../api/settings.ts';
import type { WorkflowInfo } from '../api/types.ts';
import { place, setParams } from '../router.ts';
import { statusOf, withStatus } from '../model/query.ts';
import { Problem } from '../ui/basics.tsx';
import { VirtualList } from '../ui/virtual_list.tsx';
import { BatchBar } from './workflows_batch.tsx';
import { ColumnPicker, columnsOf } from './workflows_columns.tsx';
import { FilterBar } from './workflows_filter.tsx';
import { useCounts, useWorkflowRows, type Counts } from './workflows_list.ts';
import { StartDialog } from './start_dialog.tsx';
import { useSearchAttributes } from './search_attributes.ts';

const refreshing = kept('refresh', true);

const keyOf = (info: WorkflowInfo): string => `${info.execution.workflowId}\n${info.execution.runId}`;

export function WorkflowsPage({ namespace }: { namespace: string }) {
  const query = place.value.params.get('query') ?? '';
  const list = useWorkflowRows(namespace, query, refreshing.value);
  const counts = useCounts(namespace, withStatus(query, ''), refreshing.value);
  const attributes = useSearchAttributes(namespace);
  const columns = columnsOf(namespace);
  const [chosen, setChosen] = useState<ReadonlyMap<string, WorkflowInfo>>(new Map());
  const [starting, setStarting] = useState(false);
  const reload = (): void => {
    list.reload();
    counts.reload();
  };
  const choose = (info: WorkflowInfo, on: boolean): void => {
    const next = new Map(chosen);
    if (on) next.set(keyOf(info), info);
    else next.delete(keyOf(info));
    setChosen(next);
  };
  const all = list.rows.length > 0 && list.rows.every((info) => chosen.has(keyOf(info)));
  const chooseAll = (on: boolean): void =>
    setChosen(on ? new Map(list.rows.map((info) => [keyOf(info), info])) : new Map());
  const total =
    counts.data &&
    (statusOf(query)
      ? (counts.data.byStatus.find(([status]) => status === statusOf(query))?.[1] ?? 0)
      : counts.data.total);
  const template = { gridTemplateColumns: ['2.2rem', ...columns.map((column) => column.width)].join(' ') };

  return (
    <div class="page fill">
      <div class="title">
        <h1>Workflows</h1>
        <span class="dim" role="status">
          {total === undefined ? '' : `${total} ${total === 1 ? 'workflow' : 'workflows'}`}
        </span>
        <span class="space" />
        <label class="check">
          <input
            type="checkbox"
            checked={refreshing.value}
            onChange={(event) => (refreshing.value = event.currentTarget.checked)}
          />
          refresh
        </label>
        <button onClick={reload} disabled={list.loading}>
          Load again
        </button>
        <button class="primary" onClick={() => setStarting(true)}>
          Start a workflow
        </button>
      </div>
      <FilterBar namespace={namespace} query={query} attributes={attributes} />
      <StatusCounts counts={counts.data} query={query} />
      <Problem error={list.error ?? counts.error} retry={reload} />
      <div class="title">
        <BatchBar
          namespace={namespace}
          chosen={[...chosen.values()]}
          query={query}
          total={total ?? 0}
          done={() => {
            setChosen(new Map());
            reload();
          }}
        />
        <span class="space" />
        <ColumnPicker namespace={namespace} attributes={attributes} />
      </div>
      <VirtualList
        label="Workflows"
        count={list.rows.length}
        rowHeight={34}
        class="grid"
        seen={(_, last) => {
          if (last >= list.rows.length - 20) list.loadMore();
        }}
        head={
          <div class="cells" style={template}>
            <span role="columnheader">
              <input
                type="checkbox"
                aria-label="Choose all that are loaded"
                checked={all}
                onChange={(event) => chooseAll(event.currentTarget.checked)}
              />
            </span>
            {columns.map((column) => (
              <span role="columnheader" key={column.id}>
                {column.title}
              </span>
            ))}
          </div>
        }
        row={(i) => {
          const info = list.rows[i]!;
          return (
            <div class="cells" style={template}>
              <span role="cell">
                <input
                  type="checkbox"
                  aria-label={`Choose ${info.execution.workflowId}`}
                  checked={chosen.has(keyOf(info))}
                  onChange={(event) => choose(info, event.currentTarget.checked)}
                />
              </span>
              {columns.map((column) => (
                <span role="cell" key={column.id}>
                  {column.show(info, namespace)}
                </span>
              ))}
            </div>
          );
        }}
      />
      {list.rows.length === 0 && !list.loading && !list.error && (
        <p class="empty">
          {query ? 'No workflow matches the filter.' : 'No workflow was started in this namespace yet.'}
        </p>
      )}
      {list.loading && (
        <p class="dim" role="status">
          Loading…
        </p>
      )}
      {starting && <StartDialog namespace={namespace} close={() => setStarting(false)} />}
    </div>
  );
}

function StatusCounts({ counts, query }: { counts: Counts | undefined; query: string }) {
  const shown = statusOf(query);
  const chosen = counts?.byStatus.some(([status]) => status === shown);
  const all: [string, number][] = [
    ...(counts?.byStatus ?? []),
    ...(shown && !chosen ? [[shown, 0] as [string, number]] : []),
  ];
  return (
    <div class="chips" role="group" aria-label="Statuses">
      {all.map(([status, count]) => (
        <button
          key={status}
          class={`chip s-${status.toLowerCase()}`}
          aria-pressed={status === shown}
          onClick={() => setParams({ query: withStatus(query, status === shown ? '' : status) })}
        >
          {status} <b>{count}</b>
        </button>
      ))}
    </div>
  );
}
