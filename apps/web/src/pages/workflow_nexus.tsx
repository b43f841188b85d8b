// Nexus links of a workflow, both ways: who called it, and what its operations lead to.

import type { HistoryEvent, Link, WorkflowDescription } from '../api/types.ts';
import { attributesOf, type History, type State } from '../model/history.ts';
import { eventWord } from '../model/words.ts';
import { Empty, Time } from '../ui/basics.tsx';
import { LinkView, workflowPage } from '../ui/links.tsx';

interface NexusLink {
  direction: 'in' | 'out';
  event: HistoryEvent;
  what: string;
  link: Link | undefined;
  /** Of the operation, if it is one. */
  state?: State;
}

interface OperationNames {
  endpoint?: string;
  service?: string;
  operation?: string;
}

const linksOf = (event: HistoryEvent): Link[] => {
  const callbacks = attributesOf(event)['completionCallbacks'] as { links?: Link[] }[] | undefined;
  const all = [...(event.links ?? []), ...(callbacks ?? []).flatMap((callback) => callback.links ?? [])];
  const texts = new Map(all.map((link) => [JSON.stringify(link), link]));
  return [...texts.values()];
};

/** Every link of the history's events; an operation that leads nowhere yet is there without one. */
export function nexusLinksOf(history: History, namespace: string): NexusLink[] {
  const out: NexusLink[] = [];
  for (const group of history.groups) {
    if (group.category === 'nexus') {
      const { endpoint = '', service = '', operation = '' } = attributesOf(group.events[0]!) as OperationNames;
      const what = `${endpoint}: ${service}.${operation}`;
      const found = group.events.flatMap((event) =>
        linksOf(event).map((link): NexusLink => ({ direction: 'out', event, what, link })),
      );
      out.push(
        ...(found.length
          ? found
          : [{ direction: 'out' as const, event: group.events[0]!, what, link: undefined, state: group.state }]),
      );
      continue;
    }
    for (const event of group.events)
      for (const link of linksOf(event)) {
        const target = link.workflowEvent?.eventRef?.eventType ?? link.workflowEvent?.requestIdRef?.eventType ?? '';
        if (/NEXUS|NexusOperation/.test(target) || link.nexusOperation || link.workflowEvent?.namespace !== namespace)
          out.push({ direction: 'in', event, what: eventWord(event.eventType), link });
      }
  }
  return out;
}

interface Props {
  namespace: string;
  of: WorkflowDescription;
  history: History;
}

export function NexusLinks({ namespace, of, history }: Props) {
  const links = nexusLinksOf(history, namespace);
  const { workflowId, runId } = of.workflowExecutionInfo.execution;
  if (links.length === 0) return <Empty>No Nexus operation began this workflow, and it began none.</Empty>;
  return (
    <>
      {(['in', 'out'] as const).map((direction) => {
        const those = links.filter((each) => each.direction === direction);
        return (
          those.length > 0 && (
            <section class="card" key={direction}>
              <h2>{direction === 'in' ? 'Called by' : 'Calls'}</h2>
              <div class="scroll" tabIndex={0} role="region" aria-label={direction === 'in' ? 'Callers' : 'Calls'}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Event</th>
                      <th scope="col">{direction === 'in' ? 'What began' : 'Operation'}</th>
                      <th scope="col">{direction === 'in' ? 'Caller' : 'Leads to'}</th>
                      <th scope="col">Time</th>
                    </tr>
                  </thead>
                  <tbody>
                    {those.map(({ event, what, link, state }, i) => (
                      <tr key={i}>
                        <td>
                          <a href={workflowPage(namespace, workflowId, runId, 'history', { event: event.eventId })}>
                            {event.eventId}
                          </a>
                        </td>
                        <td>{what}</td>
                        <td>
                          {link ? (
                            <LinkView of={link} />
                          ) : (
                            <span class="dim">
                              {state === 'open' ? 'not begun yet' : `${state} without leading anywhere`}
                            </span>
                          )}
                        </td>
                        <td>
                          <Time at={event.eventTime} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </section>
          )
        );
      })}
    </>
  );
}
