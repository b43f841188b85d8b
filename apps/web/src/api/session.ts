// By what the service knows the reader: an API key or a token. It is kept as long as this tab of the browser, and sent to
// nobody but the service.

import { signal } from '@preact/signals';

const key = 'troupe.credential';

function stored(): string {
  try {
    return sessionStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

export const credential = signal(stored());

/** Throws an error that says what is wrong with the text, if it cannot be a key or a token. */
export function readCredential(text: string): string {
  const bare = text.trim().replace(/^Bearer\s+/i, '');
  if (!/^[\x21-\x7e]+$/.test(bare)) throw new Error('A key or token is one word of plain letters, digits and signs.');
  return bare;
}

export function keepCredential(text: string): void {
  credential.value = text;
  try {
    if (text) sessionStorage.setItem(key, text);
    else sessionStorage.removeItem(key);
  } catch {
    // Storage is forbidden: it lasts as long as the page.
  }
}

export const authorization = (by: string = credential.value): Record<string, string> =>
  by ? { Authorization: `Bearer ${by}` } : {};
