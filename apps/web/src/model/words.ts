// Names of the protocol as words.

/** "WORKFLOW_EXECUTION_STATUS_TIMED_OUT" without its prefix: "TimedOut". */
export function enumWord(value: string | undefined, prefix: string): string {
  const bare = (value ?? '').replace(new RegExp(`^${prefix}_?`), '');
  if (!/^[A-Z0-9_]+$/.test(bare)) return bare;
  return bare
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}

export const statusWord = (status: string | undefined): string => enumWord(status, 'WORKFLOW_EXECUTION_STATUS');
export const eventWord = (type: string): string => enumWord(type, 'EVENT_TYPE');

/** "pendingNexusOperations" as "Pending nexus operations". */
export function sentence(camel: string): string {
  const spaced = camel.replace(/([a-z0-9])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

export function showBytes(size: number): string {
  if (size < 1024) return `${size} B`;
  return size < 1024 * 1024 ? `${(size / 1024).toFixed(1)} KB` : `${(size / 1024 / 1024).toFixed(1)} MB`;
}
