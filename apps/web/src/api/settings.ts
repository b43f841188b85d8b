// What the service tells the page, and what its reader has chosen.

import { effect, signal, type Signal } from '@preact/signals';

export interface Settings {
  defaultNamespace: string;
  /** Address of a codec server, or empty. */
  codecEndpoint: string;
  /** Where the service's metrics are in Prometheus's format, below the page's address; or empty. */
  metricsPath: string;
  /** The service asks for API keys or tokens. */
  signIn: boolean;
  /** Its API has the allowed callers of Nexus endpoints, and tells of their circuit breakers. */
  endpointCallers: boolean;
}

export const settings = signal<Settings>({
  defaultNamespace: 'default',
  codecEndpoint: '',
  metricsPath: '',
  signIn: false,
  endpointCallers: false,
});

export async function loadSettings(): Promise<void> {
  const response = await fetch(new URL('settings.json', document.baseURI));
  if (response.ok) settings.value = { ...settings.value, ...((await response.json()) as Partial<Settings>) };
}

/** A choice that this browser keeps. A browser that keeps nothing forgets it with the page. */
export function kept<T>(key: string, initial: T): Signal<T> {
  let value = initial;
  try {
    const stored = localStorage.getItem(`troupe.${key}`);
    if (stored !== null) value = JSON.parse(stored) as T;
  } catch {
    value = initial;
  }
  const choice = signal(value);
  effect(() => {
    const text = JSON.stringify(choice.value);
    try {
      localStorage.setItem(`troupe.${key}`, text);
    } catch {
      // Storage is full or forbidden: the choice lasts as long as the page.
    }
  });
  return choice;
}

export type Theme = 'system' | 'light' | 'dark';
export type TimeStyle = 'local' | 'utc' | 'relative';

export const theme = kept<Theme>('theme', 'system');
export const timeStyle = kept<TimeStyle>('time', 'local');
export const lastNamespace = kept<string>('namespace', '');
