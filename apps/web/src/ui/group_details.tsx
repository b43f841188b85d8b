// The events of one group, or one event, beside a list.

import type { HistoryEvent } from '../api/types.ts';
import { attributesOf, type Group } from '../model/history.ts';
import { showDuration } from '../model/time.ts';
import { eventWord } from '../model/words.ts';
import { AttributesView } from './attributes_view.tsx';
import { Time } from './basics.tsx';
import { LinkView } from './links.tsx';
import { Code } from './payload_view.tsx';

interface Props {
  group: Group;
  namespace: string;
  /** Only this event of the group. */
  only?: HistoryEvent;
  close: () => void;
}

export function GroupDetails({ group, namespace, only, close }: Props) {
  const events = only ? [only] : group.events;
  return (
    <aside class="details" aria-label="Details">
      <div class="title">
        <h2>{only ? eventWord(only.eventType) : group.name}</h2>
        <span class="space" />
        <button class="quiet" aria-label="Close the details" onClick={close}>
          ×
        </button>
      </div>
      {!only && group.endedAt !== undefined && (
        <p class="dim">
          {group.state} after {showDuration(group.endedAt - group.scheduledAt)}
        </p>
      )}
      {events.map((event) => (
        <EventDetails key={event.eventId} event={event} namespace={namespace} titled={!only} />
      ))}
    </aside>
  );
}

function EventDetails({ event, namespace, titled }: { event: HistoryEvent; namespace: string; titled: boolean }) {
  return (
    <section>
      {titled && <h3>{eventWord(event.eventType)}</h3>}
      <p class="dim">
        event {event.eventId}, <Time at={event.eventTime} />
      </p>
      {event.links?.map((link, i) => (
        <p key={i}>
          → <LinkView of={link} />
        </p>
      ))}
      <AttributesView of={attributesOf(event)} namespace={namespace} />
      <details>
        <summary>JSON</summary>
        <Code text={JSON.stringify(event, null, 2)} label={`Event ${event.eventId} as JSON`} />
      </details>
    </section>
  );
}
