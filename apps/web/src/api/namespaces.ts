// The namespaces that the picker and the forms offer.

import { signal } from '@preact/signals';
import { get } from './client.ts';
import type { Namespace } from './types.ts';

export const namespaces = signal<Namespace[]>([]);
export const namespacesProblem = signal<unknown>(undefined);

export async function loadNamespaces(): Promise<void> {
  const all: Namespace[] = [];
  let nextPageToken: string | undefined;
  try {
    do {
      const page = await get<{ namespaces?: Namespace[]; nextPageToken?: string }>('namespaces', {
        pageSize: 200,
        nextPageToken,
      });
      all.push(...(page.namespaces ?? []));
      nextPageToken = page.nextPageToken;
    } while (nextPageToken);
    namespaces.value = all;
    namespacesProblem.value = undefined;
  } catch (error) {
    namespacesProblem.value = error;
  }
}
