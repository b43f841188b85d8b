// Keys, and the dialog that names them.

import { useEffect, useRef } from 'preact/hooks';
import { go, to } from '../router.ts';
import { lastNamespace } from '../api/settings.ts';
import { reloads } from './load.ts';

const keys: [string, string][] = [
  ['/', 'to the filter'],
  ['?', 'this help'],
  ['g w', 'workflows'],
  ['g q', 'task queues'],
  ['g e', 'Nexus endpoints'],
  ['g n', 'namespaces'],
  ['g s', 'the service'],
  ['r', 'load again'],
  ['Escape', 'close what is open'],
];

const pages: Record<string, () => string> = {
  w: () => to(['namespaces', lastNamespace.value, 'workflows']),
  q: () => to(['namespaces', lastNamespace.value, 'task-queues']),
  e: () => to(['nexus']),
  n: () => to(['namespaces']),
  s: () => to(['service']),
};

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    let wentFor = 0;
    const pressed = (event: KeyboardEvent): void => {
      if (
        typing(event.target) ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        document.querySelector('dialog[open]')
      )
        return;
      const page = pages[event.key];
      if (event.timeStamp - wentFor < 1000 && page) {
        wentFor = 0;
        go(page());
      } else if (event.key === 'g') wentFor = event.timeStamp;
      else if (event.key === '?') dialog.current?.showModal();
      else if (event.key === 'r') reloads.value += 1;
      else if (event.key === '/') document.querySelector<HTMLInputElement>('[data-filter]')?.focus();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl class="fields keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog" class="buttons">
        <button>Close</button>
      </form>
    </dialog>
  );
}
