// Calls of the service's JSON API.

import { needOf, refusal, type Need } from '../model/roles.ts';
import { authorization, credential } from './session.ts';
import { settings } from './settings.ts';

const meta = (name: string): string | undefined =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content;

/** Where the API is: below the page, unless the page names another address. */
const base = new URL(meta('troupe-api') ?? 'api/v1/', document.baseURI);

/** Payloads travel as they are stored, so that nothing of them is lost. */
const exact = 'application/json+no-payload-shorthand';

export const identity = 'troupe-web';

/** What the service refused, or why it was not reached (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    /** What the caller would need, if it is refused for who it is. */
    readonly needs?: Need,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

/** Whether the service refused a caller that it may know if it signs in, or signs in as another one. */
export const isRefused = (error: unknown): error is ApiError & { needs: Need } =>
  settings.value.signIn && error instanceof ApiError && error.needs !== undefined;

export function messageOf(error: unknown): string {
  if (isRefused(error)) return refusal(error.needs, credential.value !== '');
  return error instanceof Error ? error.message : String(error);
}

/** A guard of hosts and origins refuses, too: no key helps there. */
const needed = (status: number, message: string, need: Need): Need | undefined =>
  status === 401 || (status === 403 && message === 'Request unauthorized.') ? need : undefined;

/** A path whose values are escaped: at`namespaces/${name}/workflows`. */
export function at(parts: TemplateStringsArray, ...values: string[]): string {
  return parts.reduce((path, part, i) => path + encodeURIComponent(values[i - 1] ?? '') + part);
}

type Query = Record<string, string | number | boolean | undefined>;

async function call<T>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  query: Query = {},
  body?: unknown,
  signal?: AbortSignal,
  by?: string,
): Promise<T> {
  const url = new URL(path, base);
  for (const [key, value] of Object.entries(query))
    if (value !== undefined && value !== '') url.searchParams.set(key, String(value));
  const headers: Record<string, string> = { Accept: exact, ...authorization(by) };
  if (body !== undefined) headers['Content-Type'] = exact;
  let response: Response;
  try {
    response = await fetch(url, { method, headers, body: JSON.stringify(body), signal: signal ?? null });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError(0, 14, 'The service does not answer.');
  }
  const text = await response.text();
  let answer: unknown;
  try {
    answer = text ? JSON.parse(text) : {};
  } catch {
    throw new ApiError(response.status, 13, `${response.status} ${response.statusText}: ${text.slice(0, 200)}`);
  }
  if (!response.ok) {
    const { code = 2, message = response.statusText } = answer as { code?: number; message?: string };
    // Gateways of Temporal's own servers take an escaped slash for the end of a segment.
    const slash = response.status === 404 && message === 'Not Found' && path.includes('%2F');
    throw new ApiError(
      response.status,
      code,
      slash ? 'The HTTP API of this server does not reach names with a slash.' : message,
      needed(response.status, message, needOf(method, path)),
    );
  }
  return answer as T;
}

/** What the service says in an answer that refuses; empty if it is none of its answers. */
function reasonIn(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string } | null)?.message ?? '';
  } catch {
    return '';
  }
}

/** The service's metrics, in Prometheus's text, from a path below the page's address. */
export async function readMetrics(path: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(new URL(path, document.baseURI), { signal, headers: authorization() });
  if (response.ok) return response.text();
  const why = reasonIn(await response.text()) || response.statusText;
  const message = `The metrics are not to be had: ${response.status} ${why}`;
  throw new ApiError(response.status, 2, message, needed(response.status, why, needOf('GET', path)));
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  call<T>('GET', path, query, undefined, signal);

/** As it would be answered if one had signed in by that key or token. */
export const getBy = (by: string, path: string): Promise<unknown> => call('GET', path, {}, undefined, undefined, by);

export const post = <T = unknown>(path: string, body: unknown, signal?: AbortSignal): Promise<T> =>
  call<T>('POST', path, {}, body, signal);

export const remove = (path: string, query?: Query): Promise<unknown> => call('DELETE', path, query);

/** Whether the service answers this path: a route that it lacks, or has switched off, does not. */
export async function answers(path: string): Promise<boolean> {
  try {
    await get(path, { pageSize: 1 });
    return true;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 501)) return false;
    if (error instanceof ApiError && error.code === 12) return false;
    throw error;
  }
}
