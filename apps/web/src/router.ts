// The address bar is the page's state: a path and its parameters.

import { signal } from '@preact/signals';

const root = new URL(document.baseURI).pathname;

export interface Place {
  /** Unescaped segments of the path. */
  path: string[];
  params: URLSearchParams;
}

function unescape(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function read(): Place {
  const below = location.pathname.slice(root.length);
  return {
    path: below.split('/').filter(Boolean).map(unescape),
    params: new URLSearchParams(location.search),
  };
}

export const place = signal<Place>(read());

/** The address of a page: to('nexus', id). Parameters that are undefined or empty are left out. */
export function to(path: string[], params: Record<string, string | undefined> = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) if (value) search.set(key, value);
  const query = search.toString();
  return root + path.map(encodeURIComponent).join('/') + (query ? `?${query}` : '');
}

export function go(address: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  place.value = read();
}

/** Changes parameters of the page that is shown. */
export function setParams(changes: Record<string, string | undefined>, { replace = false } = {}): void {
  const params = Object.fromEntries(place.value.params);
  go(to(place.value.path, { ...params, ...changes }), { replace });
}

/** Pages of ours are shown without a load, by whichever link they are reached. */
export function startRouter(): void {
  addEventListener('popstate', () => (place.value = read()));
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = (event.target as Element | null)?.closest?.('a');
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (!link.pathname.startsWith(root)) return;
    event.preventDefault();
    go(link.href);
    document.getElementById('main')?.focus({ preventScroll: true });
    scrollTo(0, 0);
  });
}
