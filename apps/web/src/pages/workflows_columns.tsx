// The columns of the list of workflows, as each reader chooses them.

import type { ComponentChildren } from 'preact';
import { kept } from '../api/settings.ts';
import { payloadText } from '../api/payloads.ts';
import type { WorkflowInfo } from '../api/types.ts';
import { durationMs, showDuration } from '../model/time.ts';
import { showBytes } from '../model/words.ts';
import { Span, Status, Time } from '../ui/basics.tsx';
import { workflowPage } from '../ui/links.tsx';
import type { SearchAttribute } from './search_attributes.ts';

export interface Column {
  id: string;
  title: string;
  width: string;
  show: (info: WorkflowInfo, namespace: string) => ComponentChildren;
}

const standard: Column[] = [
  { id: 'status', title: 'Status', width: '8.5rem', show: (info) => <Status of={info.status} /> },
  {
    id: 'id',
    title: 'Workflow id',
    width: 'minmax(12rem, 2fr)',
    show: (info, namespace) => (
      <a href={workflowPage(namespace, info.execution.workflowId, info.execution.runId)}>{info.execution.workflowId}</a>
    ),
  },
  { id: 'run', title: 'Run id', width: 'minmax(9rem, 1fr)', show: (info) => info.execution.runId },
  { id: 'type', title: 'Type', width: 'minmax(9rem, 1fr)', show: (info) => info.type?.name },
  { id: 'start', title: 'Start', width: '13.5rem', show: (info) => <Time at={info.startTime} /> },
  { id: 'end', title: 'End', width: '13.5rem', show: (info) => <Time at={info.closeTime} /> },
  {
    id: 'duration',
    title: 'Duration',
    width: '7rem',
    show: (info) =>
      info.executionDuration ? (
        showDuration(durationMs(info.executionDuration))
      ) : (
        <Span from={info.startTime} until={info.closeTime} />
      ),
  },
  { id: 'queue', title: 'Task queue', width: 'minmax(8rem, 1fr)', show: (info) => info.taskQueue },
  { id: 'events', title: 'Events', width: '5rem', show: (info) => info.historyLength },
  {
    id: 'size',
    title: 'Size',
    width: '6rem',
    show: (info) => (info.historySizeBytes ? showBytes(Number(info.historySizeBytes)) : ''),
  },
  { id: 'parent', title: 'Parent', width: 'minmax(8rem, 1fr)', show: (info) => info.parentExecution?.workflowId },
];

const chosen = kept<string[]>('columns', ['status', 'id', 'type', 'start', 'duration', 'queue']);
const attributesChosen = kept<Record<string, string[]>>('attributes', {});

const attributeColumn = (name: string): Column => ({
  id: `attribute ${name}`,
  title: name,
  width: 'minmax(8rem, 1fr)',
  show: (info) => {
    const payload = info.searchAttributes?.indexedFields?.[name];
    return payload && payloadText(payload);
  },
});

export const columnsOf = (namespace: string): Column[] => [
  ...standard.filter((column) => column.id === 'id' || chosen.value.includes(column.id)),
  ...(attributesChosen.value[namespace] ?? []).map(attributeColumn),
];

const toggled = (list: string[], entry: string): string[] =>
  list.includes(entry) ? list.filter((each) => each !== entry) : [...list, entry];

export function ColumnPicker({ namespace, attributes }: { namespace: string; attributes: SearchAttribute[] }) {
  const custom = attributesChosen.value[namespace] ?? [];
  return (
    <details class="popup">
      <summary>Columns</summary>
      <div class="list">
        {standard.map(({ id, title }) => (
          <label key={id} class="check">
            <input
              type="checkbox"
              disabled={id === 'id'}
              checked={id === 'id' || chosen.value.includes(id)}
              onChange={() => (chosen.value = toggled(chosen.value, id))}
            />
            {title}
          </label>
        ))}
        {attributes
          .filter((each) => each.custom)
          .map(({ name }) => (
            <label key={name} class="check">
              <input
                type="checkbox"
                checked={custom.includes(name)}
                onChange={() =>
                  (attributesChosen.value = { ...attributesChosen.value, [namespace]: toggled(custom, name) })
                }
              />
              {name}
            </label>
          ))}
      </div>
    </details>
  );
}
