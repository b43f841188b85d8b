import { effect } from '@preact/signals';
import { render } from 'preact';
import { loadSettings, theme } from './api/settings.ts';
import { startRouter } from './router.ts';
import { App } from './app.tsx';

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
});
startRouter();
// Without its settings the page works with their defaults.
void loadSettings().catch(() => undefined);
render(<App />, document.getElementById('app')!);
