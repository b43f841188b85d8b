// A history from a file, shown as if it were of a run here. Nothing leaves the browser.

import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { messageOf } from '../api/client.ts';
import { lastNamespace } from '../api/settings.ts';
import { History, importedEvents } from '../model/history.ts';
import { place, to } from '../router.ts';
import { Tabs } from '../ui/basics.tsx';
import { HistoryView } from '../ui/history_view.tsx';
import { Timeline } from '../ui/timeline.tsx';

interface Imported {
  name: string;
  history: History;
}

/** Kept while the page is open, so that one may look elsewhere and come back. */
const imported = signal<Imported | undefined>(undefined);

export function ImportPage() {
  const [error, setError] = useState('');
  const read = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    setError('');
    try {
      const history = new History();
      history.add(importedEvents(await file.text()));
      imported.value = { name: file.name.replace(/\.json$/, ''), history };
    } catch (failure) {
      imported.value = undefined;
      setError(`${file.name} is no history: ${messageOf(failure)}`);
    }
  };
  const tab = place.value.path[1] ?? 'history';
  const file = imported.value;
  return (
    <div
      class="page fill"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void read(event.dataTransfer?.files[0]);
      }}
    >
      <h1>Import a history</h1>
      <p>
        <label class="dim" for="history-file">
          A file of a history, as "Download" here or the command line writes it:{' '}
        </label>
        <input
          id="history-file"
          type="file"
          accept=".json,application/json"
          onChange={(event) => void read(event.currentTarget.files?.[0])}
        />
      </p>
      {error && (
        <div class="problem" role="alert">
          {error}
        </div>
      )}
      {file && (
        <>
          <h2>{file.name}</h2>
          <Tabs
            label="Parts of the history"
            shown={tab}
            tabs={[
              { id: 'history', title: 'History', href: to(['import']) },
              { id: 'timeline', title: 'Timeline', href: to(['import', 'timeline']) },
            ]}
          />
          {tab === 'timeline' ? (
            <Timeline
              history={file.history}
              size={file.history.events.length}
              namespace={lastNamespace.value}
              pending={[]}
              operations={[]}
            />
          ) : (
            <HistoryView
              history={file.history}
              size={file.history.events.length}
              namespace={lastNamespace.value}
              name={file.name}
            />
          )}
        </>
      )}
    </div>
  );
}
