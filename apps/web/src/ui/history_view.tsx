// A history event by event, by what belongs together, or as the JSON that replayers read.

import { useMemo } from 'preact/hooks';
import type { HistoryEvent } from '../api/types.ts';
import { attributesOf, type Group, type History } from '../model/history.ts';
import { showDuration } from '../model/time.ts';
import { eventWord } from '../model/words.ts';
import { place, setParams } from '../router.ts';
import { Time } from './basics.tsx';
import { GroupDetails } from './group_details.tsx';
import { JsonLines } from './json_lines.tsx';
import { VirtualList } from './virtual_list.tsx';

type Style = 'full' | 'compact' | 'json';
const styles: [Style, string][] = [
  ['full', 'Full'],
  ['compact', 'Compact'],
  ['json', 'JSON'],
];

interface Props {
  history: History;
  /** Grows with the history. */
  size: number;
  namespace: string;
  /** Of the file that is downloaded, without its ending. */
  name: string;
}

function download(history: History, name: string): void {
  const file = new Blob([JSON.stringify({ events: history.events }, null, 2)], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = `${name.replace(/[^\w.-]+/g, '_')}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** What an event is about, in a few words. */
function about(event: HistoryEvent): string {
  const a = attributesOf(event) as Record<string, { name?: string; message?: string } & string>;
  const failure = a['failure'] as { message?: string } | undefined;
  return (
    a['activityType']?.name ||
    a['workflowType']?.name ||
    (a['operation'] && `${a['service']}.${a['operation']}`) ||
    a['signalName'] ||
    a['markerName'] ||
    (a['timerId'] && `timer ${a['timerId']}`) ||
    failure?.message ||
    ''
  );
}

export function HistoryView({ history, size, namespace, name }: Props) {
  const { params } = place.value;
  const style = (params.get('style') ?? 'full') as Style;
  const down = params.get('order') === 'newest';
  const chosen = params.get('event') ?? '';
  const rows = useMemo((): (HistoryEvent | Group)[] => {
    const all = style === 'compact' ? [...history.groups] : [...history.events];
    return down ? all.reverse() : all;
  }, [history, size, style, down]);
  const group = history.group(chosen);
  const event = group?.events.find((each) => each.eventId === chosen);
  const at = useMemo(() => (style === 'compact' ? rows.indexOf(group!) : rows.indexOf(event!)), [rows, group, event]);
  return (
    <>
      <div class="title">
        <div class="chips" role="group" aria-label="Style">
          {styles.map(([id, title]) => (
            <button key={id} class="chip" aria-pressed={style === id} onClick={() => setParams({ style: id })}>
              {title}
            </button>
          ))}
        </div>
        {style !== 'json' && (
          <button onClick={() => setParams({ order: down ? undefined : 'newest' })}>
            {down ? 'Newest first' : 'Oldest first'}
          </button>
        )}
        <span class="space" />
        <button onClick={() => download(history, name)} disabled={size === 0}>
          Download
        </button>
      </div>
      {style === 'json' ? (
        <JsonLines history={history} size={size} />
      ) : (
        <div class={group ? 'split' : 'split single'}>
          <VirtualList
            label="History"
            class="events"
            count={rows.length}
            rowHeight={30}
            reveal={at}
            head={
              <div class="cells event">
                <span role="columnheader">Id</span>
                <span role="columnheader">{style === 'compact' ? 'Took' : 'Time'}</span>
                <span role="columnheader">{style === 'compact' ? 'What' : 'Event'}</span>
                <span role="columnheader">{style === 'compact' ? 'Events' : 'About'}</span>
              </div>
            }
            row={(i) => {
              const row = rows[i]!;
              return 'eventId' in row ? (
                <EventRow event={row as HistoryEvent} chosen={row === event} />
              ) : (
                <GroupRow group={row as Group} chosen={row === group} />
              );
            }}
          />
          {group && (
            <GroupDetails
              group={group}
              namespace={namespace}
              {...(style === 'full' && event ? { only: event } : {})}
              close={() => setParams({ event: undefined })}
            />
          )}
        </div>
      )}
    </>
  );
}

const choose = (id: string, chosen: boolean): void => setParams({ event: chosen ? undefined : id });

const tone = (word: string): string =>
  /(Failed|TimedOut|Terminated)$/.test(word)
    ? 'bad'
    : /(Completed|Fired)$/.test(word)
      ? 'good'
      : /Cancel/.test(word)
        ? 'warn'
        : '';

function EventRow({ event, chosen }: { event: HistoryEvent; chosen: boolean }) {
  const word = eventWord(event.eventType);
  return (
    <div class={chosen ? 'cells event chosen' : 'cells event'}>
      <span role="cell">{event.eventId}</span>
      <span role="cell">
        <Time at={event.eventTime} />
      </span>
      <span role="cell">
        <button class={`name ${tone(word)}`} aria-pressed={chosen} onClick={() => choose(event.eventId, chosen)}>
          {word}
        </button>
      </span>
      <span role="cell" class="dim">
        {about(event)}
      </span>
    </div>
  );
}

function GroupRow({ group, chosen }: { group: Group; chosen: boolean }) {
  return (
    <div class={chosen ? 'cells event chosen' : 'cells event'}>
      <span role="cell">{group.id}</span>
      <span role="cell">{group.endedAt === undefined ? 'open' : showDuration(group.endedAt - group.scheduledAt)}</span>
      <span role="cell">
        <button class={`name k-${group.category}`} aria-pressed={chosen} onClick={() => choose(group.id, chosen)}>
          {group.name}
        </button>
      </span>
      <span role="cell" class="dim">
        {group.events.map((event) => eventWord(event.eventType)).join(' → ')}
      </span>
    </div>
  );
}
