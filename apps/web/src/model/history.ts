// A history as it grows: its events, and the groups of events that belong together.

import type { HistoryEvent } from '../api/types.ts';
import { payloadValue } from '../api/payloads.ts';
import type { Payloads } from '../api/types.ts';
import { eventWord } from './words.ts';

export type Category =
  'activity' | 'local' | 'timer' | 'child' | 'nexus' | 'signal' | 'update' | 'task' | 'marker' | 'workflow';
export type State = 'open' | 'completed' | 'failed' | 'canceled';

export interface Group {
  /** Id of the first event. */
  id: string;
  category: Category;
  name: string;
  events: HistoryEvent[];
  state: State;
  /** Milliseconds since the epoch; what did not happen yet is undefined. */
  scheduledAt: number;
  startedAt: number | undefined;
  endedAt: number | undefined;
  attempt: number;
}

export type Attributes = Record<string, unknown>;

export function attributesOf(event: HistoryEvent): Attributes {
  for (const key in event) if (key.endsWith('EventAttributes')) return event[key] as Attributes;
  return {};
}

const named = (value: unknown): string => (value as { name?: string } | undefined)?.name ?? '';
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function localActivityType(attributes: Attributes): string {
  const details = attributes['details'] as Record<string, Payloads> | undefined;
  const data = payloadValue((details?.['data'] ?? details?.['activity'])?.payloads?.[0]) as
    Record<string, unknown> | undefined;
  return text(data?.['activity_type']) || text(data?.['ActivityType']) || 'local activity';
}

/** What an event that begins a group is, and how the group is called. */
function beginning(event: HistoryEvent): [Category, string] {
  const word = eventWord(event.eventType);
  const a = attributesOf(event);
  if (word.startsWith('ActivityTask')) return ['activity', named(a['activityType'])];
  if (word.startsWith('Timer')) return ['timer', `timer ${text(a['timerId'])}`];
  if (word.startsWith('StartChild')) return ['child', `${named(a['workflowType'])} ${text(a['workflowId'])}`];
  if (word.startsWith('NexusOperation')) return ['nexus', `${text(a['service'])}.${text(a['operation'])}`];
  if (word === 'WorkflowExecutionSignaled') return ['signal', text(a['signalName'])];
  if (word.startsWith('SignalExternal'))
    return ['signal', `to ${text((a['workflowExecution'] as Attributes)?.['workflowId'])}`];
  if (word.startsWith('WorkflowExecutionUpdate')) {
    const request = (a['acceptedRequest'] ?? a['request']) as { input?: { name?: string } } | undefined;
    return ['update', request?.input?.name ?? 'update'];
  }
  if (word.startsWith('WorkflowTask')) return ['task', 'workflow task'];
  if (word === 'MarkerRecorded') {
    const name = text(a['markerName']);
    return /local.?activity/i.test(name) ? ['local', localActivityType(a)] : ['marker', name];
  }
  return ['workflow', word];
}

function stateAfter(word: string, before: State): State {
  if (/CancelRequest(ed|Completed|Failed)$/.test(word)) return before;
  if (/(Completed|Fired|Signaled|Recorded|Upserted|OptionsUpdated)$/.test(word)) return 'completed';
  if (/(Failed|TimedOut|Terminated|Rejected)$/.test(word)) return 'failed';
  if (/Canceled$/.test(word)) return 'canceled';
  return before;
}

const reference = (a: Attributes): string =>
  text(a['scheduledEventId']) || text(a['initiatedEventId']) || text(a['startedEventId']) || text(a['acceptedEventId']);

export class History {
  readonly events: HistoryEvent[] = [];
  readonly groups: Group[] = [];
  readonly #byId = new Map<string, Group>();

  add(events: HistoryEvent[]): void {
    for (const event of events) this.#take(event);
  }

  get first(): HistoryEvent | undefined {
    return this.events[0];
  }

  /** The event that ended the run, if it is there. */
  get closing(): HistoryEvent | undefined {
    const last = this.events.at(-1);
    const ends = /^WorkflowExecution(Completed|Failed|TimedOut|Canceled|Terminated|ContinuedAsNew)$/;
    return last && ends.test(eventWord(last.eventType)) ? last : undefined;
  }

  group(id: string): Group | undefined {
    return this.#byId.get(id);
  }

  #take(event: HistoryEvent): void {
    this.events.push(event);
    const word = eventWord(event.eventType);
    const at = Date.parse(event.eventTime);
    const a = attributesOf(event);
    const known = this.#byId.get(reference(a));
    const group = known ?? this.#begin(event, at);
    if (known) {
      known.events.push(event);
      this.#byId.set(event.eventId, known);
    }
    if (/(Started|Accepted)$/.test(word) && group.category !== 'timer') group.startedAt = at;
    if (typeof a['attempt'] === 'number') group.attempt = a['attempt'];
    const state = stateAfter(word, group.state);
    if (state !== group.state) {
      group.state = state;
      group.endedAt = at;
    }
  }

  #begin(event: HistoryEvent, at: number): Group {
    const [category, name] = beginning(event);
    const state = category === 'workflow' || category === 'marker' ? 'completed' : 'open';
    const group: Group = {
      id: event.eventId,
      category,
      name,
      events: [event],
      state,
      scheduledAt: at,
      startedAt: undefined,
      endedAt: state === 'open' ? undefined : at,
      attempt: 1,
    };
    this.groups.push(group);
    this.#byId.set(event.eventId, group);
    return group;
  }
}

/** Events of a file: what the command line writes, what this page downloads, or a list of events. */
export function importedEvents(json: string): HistoryEvent[] {
  const read = JSON.parse(json) as { events?: unknown; history?: { events?: unknown } } | unknown[];
  const events = Array.isArray(read) ? read : (read.events ?? read.history?.events);
  if (!Array.isArray(events) || events.length === 0) throw new Error('The file holds no "events".');
  for (const event of events as HistoryEvent[])
    if (!event?.eventId || typeof event.eventType !== 'string')
      throw new Error('An event has no "eventId" or no "eventType".');
  return events as HistoryEvent[];
}
