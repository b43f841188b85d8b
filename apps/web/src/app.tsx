// The frame around every page, and which page an address means.

import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ErrorBoundary } from './ui/error_boundary.tsx';
import { go, place, to } from './router.ts';
import { lastNamespace, settings, theme, timeStyle, type Theme, type TimeStyle } from './api/settings.ts';
import { Help } from './ui/help.tsx';
import { Session } from './ui/sign_in.tsx';
import { features, learnFeatures } from './api/features.ts';
import { namespaces, loadNamespaces } from './api/namespaces.ts';
import { WorkflowsPage } from './pages/workflows.tsx';
import { WorkflowPage } from './pages/workflow.tsx';
import { EndpointsPage } from './pages/endpoints.tsx';
import { EndpointPage } from './pages/endpoint.tsx';
import { NamespacesPage } from './pages/namespaces.tsx';
import { NamespacePage } from './pages/namespace.tsx';
import { TaskQueuesPage } from './pages/task_queues.tsx';
import { TaskQueuePage } from './pages/task_queue.tsx';
import { WorkersPage } from './pages/workers.tsx';
import { StandalonePage } from './pages/standalone.tsx';
import { StandaloneListPage } from './pages/standalone_list.tsx';
import { ImportPage } from './pages/import.tsx';
import { ServicePage } from './pages/service.tsx';

interface Shown {
  title: string;
  page: ComponentChildren;
  /** Which entry of the navigation it belongs to. */
  entry: string;
}

function namespaced(namespace: string, kind: string, id?: string, run?: string, tab?: string): Shown | undefined {
  switch (kind) {
    case 'workflows':
      return id
        ? {
            title: id,
            entry: kind,
            page: (
              <WorkflowPage
                namespace={namespace}
                id={id}
                run={run}
                tab={tab ?? 'summary'}
                key={`${namespace}/${id}/${run}`}
              />
            ),
          }
        : { title: 'Workflows', entry: kind, page: <WorkflowsPage namespace={namespace} key={namespace} /> };
    case 'task-queues':
      return id
        ? { title: id, entry: kind, page: <TaskQueuePage namespace={namespace} name={id} key={`${namespace}/${id}`} /> }
        : { title: 'Task queues', entry: kind, page: <TaskQueuesPage namespace={namespace} key={namespace} /> };
    case 'workers':
      return { title: 'Workers', entry: kind, page: <WorkersPage namespace={namespace} key={namespace} /> };
    case 'activities':
    case 'nexus-operations': {
      const page = id ? (
        <StandalonePage namespace={namespace} kind={kind} id={id} run={run} key={`${namespace}/${id}/${run}`} />
      ) : (
        <StandaloneListPage namespace={namespace} kind={kind} key={`${namespace}/${kind}`} />
      );
      return { title: id ?? (kind === 'activities' ? 'Activities' : 'Operations'), entry: kind, page };
    }
    default:
      return undefined;
  }
}

function shown([first, second, third, ...rest]: string[]): Shown | undefined {
  if (first === 'namespaces' && second && third) return namespaced(second, third, ...rest);
  if (first === 'namespaces' && second)
    return { title: second, entry: 'namespaces', page: <NamespacePage name={second} key={second} /> };
  if (first === 'namespaces') return { title: 'Namespaces', entry: 'namespaces', page: <NamespacesPage /> };
  if (first === 'nexus' && second)
    return { title: 'Nexus endpoint', entry: 'nexus', page: <EndpointPage id={second} key={second} /> };
  if (first === 'nexus') return { title: 'Nexus endpoints', entry: 'nexus', page: <EndpointsPage /> };
  if (first === 'import') return { title: 'Import a history', entry: 'import', page: <ImportPage /> };
  if (first === 'service') return { title: 'Service', entry: 'service', page: <ServicePage /> };
  return undefined;
}

/** The namespace of the address, or else the one that was looked at last. */
function currentNamespace(path: string[]): string {
  const [first, second] = path;
  if (first === 'namespaces' && second) return second;
  return lastNamespace.value || settings.value.defaultNamespace;
}

export function App() {
  const { path } = place.value;
  const namespace = currentNamespace(path);
  const what = shown(path);
  useEffect(() => void loadNamespaces(), []);
  useEffect(() => {
    lastNamespace.value = namespace;
    learnFeatures(namespace);
  }, [namespace]);
  useEffect(() => {
    if (path.length === 0) go(to(['namespaces', namespace, 'workflows']), { replace: true });
    document.title = `${what?.title ?? 'Not found'} · Troupe`;
  });
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        Skip to the page
      </a>
      <Header namespace={namespace} entry={what?.entry ?? ''} />
      <main id="main" tabIndex={-1}>
        {what ? <ErrorBoundary key={path.join('/')}>{what.page}</ErrorBoundary> : path.length > 0 && <NotFound />}
      </main>
      <Help />
    </>
  );
}

function NotFound() {
  return (
    <>
      <h1>There is no such page</h1>
      <p>
        <a href={to(['namespaces'])}>Namespaces</a> · <a href={to(['nexus'])}>Nexus endpoints</a>
      </p>
    </>
  );
}

function Header({ namespace, entry }: { namespace: string; entry: string }) {
  const [open, setOpen] = useState(false);
  const { activities, operations, workers } = features.value;
  const within = (kind: string): string => to(['namespaces', namespace, kind]);
  const entries: [string, string, string][] = [
    ['workflows', 'Workflows', within('workflows')],
    ...(activities ? [['activities', 'Activities', within('activities')] as [string, string, string]] : []),
    ...(operations ? [['nexus-operations', 'Operations', within('nexus-operations')] as [string, string, string]] : []),
    ['task-queues', 'Task queues', within('task-queues')],
    ...(workers ? [['workers', 'Workers', within('workers')] as [string, string, string]] : []),
    ['nexus', 'Nexus', to(['nexus'])],
    ['namespaces', 'Namespaces', to(['namespaces'])],
    ['import', 'Import', to(['import'])],
    ['service', 'Service', to(['service'])],
  ];
  const names = namespaces.value.map((each) => each.namespaceInfo.name).filter((name) => name !== 'temporal-system');
  return (
    <header class="bar">
      <a class="brand" href={within('workflows')}>
        Troupe
      </a>
      <select
        aria-label="Namespace"
        value={namespace}
        onChange={(event) => go(to(['namespaces', event.currentTarget.value, 'workflows']))}
      >
        {(names.includes(namespace) ? names : [namespace, ...names]).map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <button class="menu" aria-expanded={open} aria-controls="pages" onClick={() => setOpen(!open)}>
        Menu
      </button>
      <nav id="pages" class={open ? 'open' : ''} aria-label="Pages" onClick={() => setOpen(false)}>
        {entries.map(([id, title, href]) => (
          <a key={id} href={href} aria-current={id === entry ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <div class="choices">
        {settings.value.signIn && <Session />}
        <select
          aria-label="Times"
          value={timeStyle.value}
          onChange={(event) => (timeStyle.value = event.currentTarget.value as TimeStyle)}
        >
          <option value="local">Local time</option>
          <option value="utc">UTC</option>
          <option value="relative">Relative</option>
        </select>
        <select
          aria-label="Colours"
          value={theme.value}
          onChange={(event) => (theme.value = event.currentTarget.value as Theme)}
        >
          <option value="system">System colours</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </div>
    </header>
  );
}
