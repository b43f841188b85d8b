// What a run did and when: a bar for each activity, timer, child, operation and message.

import { useMemo, useState } from 'preact/hooks';
import type { PendingActivity, PendingOperation } from '../api/types.ts';
import { attributesOf, type Category, type Group, type History } from '../model/history.ts';
import { showDuration } from '../model/time.ts';
import { place, setParams } from '../router.ts';
import { now } from './basics.tsx';
import { GroupDetails } from './group_details.tsx';
import { VirtualList } from './virtual_list.tsx';

const kinds: [Category, string][] = [
  ['activity', 'Activities'],
  ['local', 'Local activities'],
  ['timer', 'Timers'],
  ['child', 'Children'],
  ['nexus', 'Nexus'],
  ['signal', 'Signals'],
  ['update', 'Updates'],
  ['task', 'Workflow tasks'],
  ['marker', 'Markers'],
  ['workflow', 'Workflow'],
];
const hiddenAtFirst: Category[] = ['task', 'marker', 'workflow'];

interface Props {
  history: History;
  /** Grows with the history. */
  size: number;
  namespace: string;
  pending: PendingActivity[];
  operations: PendingOperation[];
}

/** What the service tells of an open group: its attempt, and why the last one failed. */
function pendingNote(
  group: Group,
  pending: PendingActivity[],
  operations: PendingOperation[],
): { attempt: number; failure: string } {
  const id = attributesOf(group.events[0]!)['activityId'];
  const found =
    group.category === 'activity'
      ? pending.find((each) => each.activityId === id)
      : operations.find((each) => each.scheduledEventId === group.id);
  if (!found) return { attempt: group.attempt, failure: '' };
  const failure =
    'lastFailure' in found ? found.lastFailure : 'lastAttemptFailure' in found ? found.lastAttemptFailure : undefined;
  return { attempt: found.attempt ?? group.attempt, failure: failure?.message ?? '' };
}

export function Timeline({ history, size, namespace, pending, operations }: Props) {
  const [zoomed, setZoomed] = useState(false);
  const [sight, setSight] = useState<[first: number, last: number]>([0, 0]);
  const [hidden, setHidden] = useState<ReadonlySet<Category>>(new Set(hiddenAtFirst));
  const groups = useMemo(() => history.groups.filter((group) => !hidden.has(group.category)), [history, size, hidden]);
  const present = useMemo(() => new Set(history.groups.map((group) => group.category)), [history, size]);
  const chosen = place.value.params.get('event') ?? '';
  const group = history.group(chosen);
  const begun = history.first ? Date.parse(history.first.eventTime) : 0;
  const ended = history.closing ? Date.parse(history.closing.eventTime) : now.value;
  const seen = zoomed ? groups.slice(...sight) : [];
  const from = seen.length > 0 ? Math.min(...seen.map((each) => each.scheduledAt)) : begun;
  const until = Math.max(from + 1, seen.length > 0 ? Math.max(...seen.map((each) => each.endedAt ?? ended)) : ended);
  const toggle = (category: Category): void => {
    const next = new Set(hidden);
    if (!next.delete(category)) next.add(category);
    setHidden(next);
  };
  return (
    <>
      <div class="chips" role="group" aria-label="Kinds of events">
        {kinds
          .filter(([category]) => present.has(category))
          .map(([category, title]) => (
            <button
              key={category}
              class={`chip k-${category}`}
              aria-pressed={!hidden.has(category)}
              onClick={() => toggle(category)}
            >
              {title}
            </button>
          ))}
        <button class="chip" aria-pressed={zoomed} onClick={() => setZoomed(!zoomed)}>
          Scale to what is in sight
        </button>
      </div>
      <div class={group ? 'split' : 'split single'}>
        <VirtualList
          label="Timeline"
          class="timeline"
          count={groups.length}
          rowHeight={30}
          reveal={group ? groups.indexOf(group) : -1}
          seen={(first, last) => setSight([first, last])}
          head={<Axis begun={begun} from={from} until={until} />}
          row={(i) => (
            <Row
              group={groups[i]!}
              note={
                groups[i]!.state === 'open'
                  ? pendingNote(groups[i]!, pending, operations)
                  : { attempt: groups[i]!.attempt, failure: '' }
              }
              from={from}
              until={until}
              chosen={groups[i] === group}
            />
          )}
        />
        {group && <GroupDetails group={group} namespace={namespace} close={() => setParams({ event: undefined })} />}
      </div>
      {groups.length === 0 && <p class="empty">Nothing of the chosen kinds happened.</p>}
    </>
  );
}

const ticks = [0, 0.25, 0.5, 0.75, 1];

function Axis({ begun, from, until }: { begun: number; from: number; until: number }) {
  return (
    <div class="bars">
      <span role="columnheader">Event</span>
      <span role="columnheader" class="axis">
        {ticks.map((tick) => (
          <i key={tick}>{showDuration(from - begun + (until - from) * tick)}</i>
        ))}
      </span>
    </div>
  );
}

interface RowProps {
  group: Group;
  note: { attempt: number; failure: string };
  from: number;
  until: number;
  chosen: boolean;
}

function Row({ group, note, from, until, chosen }: RowProps) {
  const share = (at: number): number => Math.max(0, Math.min(100, ((at - from) / (until - from)) * 100));
  const end = group.endedAt ?? until;
  const begins = share(group.scheduledAt);
  const runs = group.startedAt === undefined ? begins : share(group.startedAt);
  const ends = share(end);
  const took = showDuration(end - group.scheduledAt);
  const attempts = note.attempt > 1 ? `attempt ${note.attempt}` : '';
  const said = [group.state === 'open' ? 'open' : group.state, took, attempts, note.failure].filter(Boolean).join(', ');
  return (
    <div class={chosen ? 'bars chosen' : 'bars'}>
      <span role="cell">
        <button
          class={`name k-${group.category}`}
          aria-pressed={chosen}
          onClick={() => setParams({ event: chosen ? undefined : group.id })}
        >
          {group.name}
        </button>
        {attempts && <em class="dim">{attempts}</em>}
      </span>
      <span role="cell" class="bar-cell" title={said}>
        <svg role="img" aria-label={said} width="100%" height="100%">
          <rect class="wait" x={`${begins}%`} width={`${Math.max(0.1, runs - begins)}%`} y="12" height="6" rx="2" />
          <rect
            class={`run ${group.state}`}
            x={`${Math.min(runs, 99.6)}%`}
            width={`${Math.max(0.4, ends - runs)}%`}
            y="7"
            height="16"
            rx="3"
          />
        </svg>
      </span>
    </div>
  );
}
