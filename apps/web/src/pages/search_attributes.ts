// The search attributes of a namespace: their names and types.

import { at, get } from '../api/client.ts';
import { enumWord } from '../model/words.ts';
import { useLoad } from '../ui/load.ts';

export interface SearchAttribute {
  name: string;
  /** "Keyword", "Datetime", ... */
  type: string;
  custom: boolean;
}

interface Answer {
  systemAttributes?: Record<string, string>;
  customAttributes?: Record<string, string>;
}

const listed = (from: Record<string, string> | undefined, custom: boolean): SearchAttribute[] =>
  Object.entries(from ?? {}).map(([name, type]) => ({ name, type: enumWord(type, 'INDEXED_VALUE_TYPE'), custom }));

/** Empty until they are known. */
export function useSearchAttributes(namespace: string): SearchAttribute[] {
  const loaded = useLoad(
    async (signal) => {
      const answer = await get<Answer>(at`namespaces/${namespace}/search-attributes`, {}, signal);
      const all = [...listed(answer.customAttributes, true), ...listed(answer.systemAttributes, false)];
      return all.sort((a, b) => a.name.localeCompare(b.name));
    },
    [namespace],
  );
  return loaded.data ?? [];
}
