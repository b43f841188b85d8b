// The filter of the list of workflows, and the views that a reader has saved.

import { useEffect, useState } from 'preact/hooks';
import { kept } from '../api/settings.ts';
import { setParams } from '../router.ts';
import { asQuery, both, condition, quoted } from '../model/query.ts';
import type { SearchAttribute } from './search_attributes.ts';

interface View {
  name: string;
  query: string;
}

const saved = kept<Record<string, View[]>>('views', {});

const startOfDay = (): string => {
  const day = new Date();
  day.setHours(0, 0, 0, 0);
  return day.toISOString();
};

const given: [string, () => string][] = [
  ['All', () => ''],
  ['Running', () => 'ExecutionStatus = "Running"'],
  ['Failed', () => 'ExecutionStatus IN ("Failed", "TimedOut", "Terminated")'],
  ['Today', () => `StartTime > ${quoted(startOfDay())}`],
];

const operators = ['=', '!=', '>', '>=', '<', '<=', 'STARTS_WITH', 'is null', 'is not null'];

interface Props {
  namespace: string;
  query: string;
  attributes: SearchAttribute[];
}

export function FilterBar({ namespace, query, attributes }: Props) {
  const [typed, setTyped] = useState(query);
  useEffect(() => setTyped(query), [query]);
  const apply = (event: Event): void => {
    event.preventDefault();
    setParams({ query: asQuery(typed) });
  };
  return (
    <>
      <Views namespace={namespace} query={query} />
      <form class="filter" role="search" onSubmit={apply}>
        <input
          data-filter
          type="search"
          aria-label="Filter"
          placeholder={'WorkflowType = "Order" AND StartTime > "2026-01-01"   or the beginning of an id   ( / )'}
          value={typed}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <button class="primary">Filter</button>
        {query && (
          <button type="button" onClick={() => setParams({ query: '' })}>
            Clear
          </button>
        )}
        <AddCondition attributes={attributes} add={(more) => setParams({ query: both(query, more) })} />
      </form>
    </>
  );
}

function AddCondition({ attributes, add }: { attributes: SearchAttribute[]; add: (condition: string) => void }) {
  const [attribute, setAttribute] = useState('WorkflowType');
  const [operator, setOperator] = useState('=');
  const [value, setValue] = useState('');
  const type = attributes.find((each) => each.name === attribute)?.type ?? 'Keyword';
  const bare = operator.startsWith('is');
  return (
    <details class="popup">
      <summary>Condition</summary>
      <div class="list">
        <select aria-label="Attribute" value={attribute} onChange={(event) => setAttribute(event.currentTarget.value)}>
          {(attributes.length ? attributes.map((each) => each.name) : ['WorkflowType']).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <select aria-label="Operator" value={operator} onChange={(event) => setOperator(event.currentTarget.value)}>
          {operators.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
        {!bare && (
          <input
            aria-label="Value"
            placeholder={type}
            value={value}
            onInput={(event) => setValue(event.currentTarget.value)}
          />
        )}
        <button
          type="button"
          disabled={!bare && value === ''}
          onClick={() => add(condition(attribute, operator, value, type))}
        >
          Add
        </button>
      </div>
    </details>
  );
}

function Views({ namespace, query }: { namespace: string; query: string }) {
  const [naming, setNaming] = useState<string>();
  const own = saved.value[namespace] ?? [];
  const keep = (views: View[]): void => {
    saved.value = { ...saved.value, [namespace]: views };
  };
  const save = (event: Event): void => {
    event.preventDefault();
    const name = naming?.trim();
    if (name) keep([...own.filter((view) => view.name !== name), { name, query }]);
    setNaming(undefined);
  };
  return (
    <div class="chips" role="group" aria-label="Views">
      {given.map(([name, make]) => (
        <button key={name} class="chip" aria-pressed={query === make()} onClick={() => setParams({ query: make() })}>
          {name}
        </button>
      ))}
      {own.map((view) => (
        <span key={view.name} class="chip pair">
          <button aria-pressed={query === view.query} onClick={() => setParams({ query: view.query })}>
            {view.name}
          </button>
          <button aria-label={`Forget the view ${view.name}`} onClick={() => keep(own.filter((each) => each !== view))}>
            ×
          </button>
        </span>
      ))}
      {naming === undefined ? (
        query && (
          <button class="quiet" onClick={() => setNaming('')}>
            Save this view
          </button>
        )
      ) : (
        <form class="inline" onSubmit={save}>
          <input
            aria-label="Name of the view"
            value={naming}
            ref={(element) => element?.focus()}
            onInput={(event) => setNaming(event.currentTarget.value)}
          />
          <button class="primary">Save</button>
        </form>
      )}
    </div>
  );
}
