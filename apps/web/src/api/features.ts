// What this service can do: pages of what it cannot are not shown.

import { signal } from '@preact/signals';
import { answers, at, get } from './client.ts';
import type { Namespace } from './types.ts';

export interface Features {
  activities: boolean;
  operations: boolean;
  workers: boolean;
}

const none: Features = { activities: false, operations: false, workers: false };
export const features = signal<Features>(none);

const known = new Map<string, Promise<Features>>();

async function probe(namespace: string): Promise<Features> {
  const [described, operations] = await Promise.all([
    get<Namespace>(at`namespaces/${namespace}`),
    answers(at`namespaces/${namespace}/nexus-operations`),
  ]);
  const { capabilities = {} } = described.namespaceInfo;
  return {
    activities: capabilities['standaloneActivities'] ?? false,
    operations,
    workers: capabilities['workerHeartbeats'] ?? false,
  };
}

/** Asks once a namespace; a service that did not answer is asked again. */
export function learnFeatures(namespace: string): void {
  const asked = known.get(namespace) ?? probe(namespace);
  known.set(namespace, asked);
  asked.then(
    (found) => (features.value = found),
    () => {
      known.delete(namespace);
      features.value = none;
    },
  );
}
