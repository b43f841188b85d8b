// What payloads hold, as text that a person reads; through the codec server if there is one.

import type { Payload, Payloads } from './types.ts';
import { settings } from './settings.ts';
import { indentJson } from '../model/indent_json.ts';

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const textOf = (base64: string): string => new TextDecoder().decode(bytesOf(base64));

function base64Of(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

export const encodingOf = (payload: Payload): string => textOf(payload.metadata?.['encoding'] ?? '');

const readable = new Set(['json/plain', 'json/protobuf']);

/** The payload as text, numbers digit by digit as they travelled. */
export function payloadText(payload: Payload): string {
  const encoding = encodingOf(payload);
  const data = payload.data ?? '';
  if (encoding === 'binary/null') return 'null';
  if (readable.has(encoding)) return indentJson(textOf(data));
  if (encoding === '' && data === '') return '';
  const size = bytesOf(data).length;
  return `${encoding || 'no encoding'}, ${size} ${size === 1 ? 'byte' : 'bytes'}\n${data}`;
}

/** A payload of JSON as a value: for search attributes and counts. */
export function payloadValue(payload: Payload | undefined): unknown {
  if (!payload || !readable.has(encodingOf(payload))) return undefined;
  try {
    return JSON.parse(textOf(payload.data ?? ''));
  } catch {
    return undefined;
  }
}

/** A JSON text as a payload. Throws a SyntaxError unless it is JSON. */
export function jsonPayload(text: string): Payload {
  JSON.parse(text);
  return { metadata: { encoding: base64Of('json/plain') }, data: base64Of(text) };
}

/** Arguments as a person writes them: nothing, or one JSON value; encoded if there is a codec server. */
export async function writtenInput(text: string, namespace: string): Promise<Payloads | undefined> {
  if (text.trim() === '') return undefined;
  const payloads = [jsonPayload(text.trim())];
  return { payloads: settings.value.codecEndpoint ? await codec('encode', payloads, namespace) : payloads };
}

/** What the codec server makes of payloads; as they are, if there is none. */
export async function decoded(payloads: Payload[], namespace: string): Promise<Payload[]> {
  if (!settings.value.codecEndpoint || payloads.every((payload) => readable.has(encodingOf(payload)))) return payloads;
  return codec('decode', payloads, namespace);
}

async function codec(what: 'encode' | 'decode', payloads: Payload[], namespace: string): Promise<Payload[]> {
  const endpoint = settings.value.codecEndpoint
    .replace('{namespace}', encodeURIComponent(namespace))
    .replace(/\/$/, '');
  const response = await fetch(`${endpoint}/${what}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Namespace': namespace },
    body: JSON.stringify({ payloads }),
  });
  if (!response.ok) throw new Error(`The codec server refuses to ${what}: ${response.status} ${response.statusText}`);
  const answer = (await response.json()) as Payloads;
  if (answer.payloads?.length !== payloads.length)
    throw new Error(`The codec server answers ${answer.payloads?.length ?? 0} payloads for ${payloads.length}.`);
  return answer.payloads;
}
