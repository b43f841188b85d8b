// One task queue, by kind of task.

import { quoted } from '../model/query.ts';
import { to } from '../router.ts';
import { QueueState, type QueueKind } from './queue_state.tsx';

const kinds: [QueueKind, string][] = [
  ['WORKFLOW', 'Workflow tasks'],
  ['ACTIVITY', 'Activities'],
  ['NEXUS', 'Nexus operations'],
];

export function TaskQueuePage({ namespace, name }: { namespace: string; name: string }) {
  return (
    <div class="page">
      <nav class="dim" aria-label="Way">
        <a href={to(['namespaces', namespace, 'task-queues'])}>Task queues</a>
      </nav>
      <div class="title">
        <h1 class="wrap">{name}</h1>
        <span class="space" />
        <a class="button" href={to(['namespaces', namespace, 'workflows'], { query: `TaskQueue = ${quoted(name)}` })}>
          Its workflows
        </a>
      </div>
      {kinds.map(([kind, title]) => (
        <section key={kind}>
          <h2>{title}</h2>
          <QueueState namespace={namespace} name={name} kind={kind} />
        </section>
      ))}
    </div>
  );
}
