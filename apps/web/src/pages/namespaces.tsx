// The namespaces.

import { useState } from 'preact/hooks';
import { loadNamespaces, namespaces, namespacesProblem } from '../api/namespaces.ts';
import { durationMs, showDuration } from '../model/time.ts';
import { enumWord } from '../model/words.ts';
import { to } from '../router.ts';
import { Problem } from '../ui/basics.tsx';
import { NamespaceDialog } from './namespace_dialog.tsx';

export function NamespacesPage() {
  const [creating, setCreating] = useState(false);
  return (
    <div class="page">
      <div class="title">
        <h1>Namespaces</h1>
        <span class="space" />
        <button class="primary" onClick={() => setCreating(true)}>
          Create a namespace
        </button>
      </div>
      <Problem error={namespacesProblem.value} retry={() => void loadNamespaces()} />
      <div class="scroll" tabIndex={0} role="region" aria-label="Namespaces">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Description</th>
              <th scope="col">State</th>
              <th scope="col">Kept for</th>
              <th scope="col">Workflows</th>
            </tr>
          </thead>
          <tbody>
            {namespaces.value.map(({ namespaceInfo: info, config }) => (
              <tr key={info.id}>
                <td>
                  <a href={to(['namespaces', info.name])}>{info.name}</a>
                </td>
                <td>{info.description}</td>
                <td>{enumWord(info.state, 'NAMESPACE_STATE')}</td>
                <td>{showDuration(durationMs(config?.workflowExecutionRetentionTtl))}</td>
                <td>
                  <a href={to(['namespaces', info.name, 'workflows'])} aria-label={`Workflows of ${info.name}`}>
                    show
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {creating && <NamespaceDialog close={() => setCreating(false)} done={() => undefined} />}
    </div>
  );
}
