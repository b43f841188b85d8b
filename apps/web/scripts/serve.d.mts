import type { Server } from 'node:http';

export function serve(
  folder: string,
  options: { api: string; metrics?: string; port?: number; settings?: Record<string, string> },
): Promise<Server>;
