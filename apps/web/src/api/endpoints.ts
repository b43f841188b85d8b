// Nexus endpoints.

import { at, get, post, remove } from './client.ts';
import { jsonPayload, payloadValue } from './payloads.ts';
import type { Endpoint, EndpointSpec } from './types.ts';

export async function listEndpoints(signal?: AbortSignal): Promise<Endpoint[]> {
  const all: Endpoint[] = [];
  let nextPageToken: string | undefined;
  do {
    const page = await get<{ endpoints?: Endpoint[]; nextPageToken?: string }>(
      'nexus/endpoints',
      { pageSize: 200, nextPageToken },
      signal,
    );
    all.push(...(page.endpoints ?? []));
    nextPageToken = page.nextPageToken;
  } while (nextPageToken);
  return all.sort((a, b) => a.spec.name.localeCompare(b.spec.name));
}

export const getEndpoint = async (id: string, signal?: AbortSignal): Promise<Endpoint> =>
  (await get<{ endpoint: Endpoint }>(at`nexus/endpoints/${id}`, {}, signal)).endpoint;

export const createEndpoint = async (spec: EndpointSpec): Promise<Endpoint> =>
  (await post<{ endpoint: Endpoint }>('nexus/endpoints', { spec })).endpoint;

export const updateEndpoint = async ({ id, version }: Endpoint, spec: EndpointSpec): Promise<Endpoint> =>
  (await post<{ endpoint: Endpoint }>(at`nexus/endpoints/${id}/update`, { id, version, spec })).endpoint;

export const deleteEndpoint = ({ id, version }: Endpoint): Promise<unknown> =>
  remove(at`nexus/endpoints/${id}`, { version });

export const describedBy = (spec: EndpointSpec): string => {
  const text = payloadValue(spec.description);
  return typeof text === 'string' ? text : '';
};

export const descriptionPayload = (text: string) => (text.trim() ? jsonPayload(JSON.stringify(text)) : undefined);
