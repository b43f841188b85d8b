// One namespace: what it is, what it can do, its search attributes.

import { useState } from 'preact/hooks';
import { at, get } from '../api/client.ts';
import type { Namespace } from '../api/types.ts';
import { durationMs, showDuration } from '../model/time.ts';
import { enumWord, sentence } from '../model/words.ts';
import { to } from '../router.ts';
import { Await, Empty, Fields } from '../ui/basics.tsx';
import { useLoad } from '../ui/load.ts';
import { NamespaceDialog } from './namespace_dialog.tsx';
import { useSearchAttributes } from './search_attributes.ts';

export function NamespacePage({ name }: { name: string }) {
  const loaded = useLoad((signal) => get<Namespace>(at`namespaces/${name}`, {}, signal), [name]);
  const attributes = useSearchAttributes(name).filter((each) => each.custom);
  const [editing, setEditing] = useState(false);
  return (
    <div class="page">
      <nav class="dim" aria-label="Way">
        <a href={to(['namespaces'])}>Namespaces</a>
      </nav>
      <div class="title">
        <h1 class="wrap">{name}</h1>
        <span class="space" />
        <a class="button" href={to(['namespaces', name, 'workflows'])}>
          Workflows
        </a>
        <button onClick={() => setEditing(true)} disabled={!loaded.data}>
          Edit
        </button>
      </div>
      <Await of={loaded}>
        {(namespace) => {
          const { namespaceInfo: info, config } = namespace;
          const can = Object.entries(info.capabilities ?? {})
            .filter(([, has]) => has)
            .map(([what]) => sentence(what));
          return (
            <>
              <section class="card">
                <Fields
                  of={[
                    ['Description', info.description],
                    ['Owner', info.ownerEmail],
                    ['State', enumWord(info.state, 'NAMESPACE_STATE')],
                    ['Closed workflows are kept for', showDuration(durationMs(config?.workflowExecutionRetentionTtl))],
                    ['Id', info.id],
                    ['Can', can.join(', ')],
                    ...Object.entries(info.data ?? {}),
                  ]}
                />
              </section>
              <section class="card">
                <h2>Search attributes</h2>
                {attributes.length === 0 ? (
                  <Empty>Only those of every namespace.</Empty>
                ) : (
                  <Fields of={attributes.map((each) => [each.name, each.type])} />
                )}
              </section>
              {editing && (
                <NamespaceDialog namespace={namespace} close={() => setEditing(false)} done={loaded.reload} />
              )}
            </>
          );
        }}
      </Await>
    </div>
  );
}
