// A service with something to show: namespaces, an endpoint, workers, workflows.
//
// TROUPE_WEB_SERVER   the binary that is started (build/peers/temporal; ours is one, too)
// TROUPE_WEB_SAMPLES  the folder of the samples' workers (build/bin/samples)
// TROUPE_WEB_SERVED   1: the page is the one that the server itself serves, not that of build/web/dist

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { access } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

export const repository = path.join(process.env['TROUPE_WEB_ROOT']!, '../..');
const server = process.env['TROUPE_WEB_SERVER'] ?? path.join(repository, 'build/peers/temporal');
const samples = process.env['TROUPE_WEB_SAMPLES'] ?? path.join(repository, 'build/bin/samples');

/** Whether it is our server that is tested. */
export const isOurs = path.basename(server) === 'troupe';

/** A new API key in a file of them, made by our command line. */
export async function apiKey(file: string, permission: string): Promise<string> {
  const { stdout } = await promisify(execFile)(server, [
    ...['operator', 'api-key', 'create', '--api-key-file', file, '--name', 'a-test'],
    ...['--permission', permission, '--output', 'json'],
  ]);
  return (JSON.parse(stdout) as { key: string }).key;
}

export interface Start {
  /** Told to the page that the server serves. */
  codecEndpoint?: string;
  /** More flags of the server. */
  flags?: string[];
  /** By which this test calls the service. */
  key?: string;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Waits until `what` gives something that is true; what it throws counts as not yet. */
export async function eventually<T>(name: string, what: () => Promise<T>, ms = 60_000): Promise<T> {
  const end = Date.now() + ms;
  let last: unknown;
  do {
    try {
      const got = await what();
      if (got) return got;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (Date.now() < end);
  throw new Error(`not within ${ms} ms: ${name}`, { cause: last });
}

export class Service {
  readonly #children: ChildProcess[] = [];
  api = '';
  /** Where the server itself serves the page; empty if it is not asked to. */
  page = '';
  metrics = '';
  #address = '';
  #key = '';

  async start({ codecEndpoint, flags = [], key = '' }: Start = {}): Promise<void> {
    this.#key = key;
    await access(server).catch(() => {
      throw new Error(
        `${server} is missing: build it (test/interop/build_peers.sh build/peers), or set TROUPE_WEB_SERVER`,
      );
    });
    const [port, http, metrics, page] = [await freePort(), await freePort(), await freePort(), await freePort()];
    this.#address = `127.0.0.1:${port}`;
    this.api = `http://127.0.0.1:${http}`;
    this.metrics = `http://127.0.0.1:${metrics}`;
    if (process.env['TROUPE_WEB_SERVED']) this.page = `http://127.0.0.1:${page}`;
    const ui = this.page
      ? ['--ui-port', String(page), ...(codecEndpoint ? ['--ui-codec-endpoint', codecEndpoint] : [])]
      : ['--headless'];
    this.#run(server, [
      'server',
      'start-dev',
      ...ui,
      '--port',
      String(port),
      '--http-port',
      String(http),
      '--metrics-port',
      String(metrics),
      '--log-level',
      'error',
      '--dynamic-config-value',
      'nexusoperation.enableStandalone=true',
      ...flags,
    ]);
    await eventually('the service answers', () => this.get('namespaces/default'));
  }

  stop(): void {
    for (const child of this.#children) child.kill();
  }

  /** Starts the worker of a sample; returns what ends it. */
  async worker(name: string, ...args: string[]): Promise<() => void> {
    const file = path.join(samples, name);
    await access(file).catch(() => {
      throw new Error(`${file} is missing: make build TARGETS='${name}', or set TROUPE_WEB_SAMPLES`);
    });
    const child = this.#run(file, args);
    return () => void child.kill();
  }

  #run(file: string, args: string[]): ChildProcess {
    const child = spawn(file, args, {
      stdio: ['ignore', 'ignore', process.env['TROUPE_WEB_VERBOSE'] ? 'inherit' : 'ignore'],
      env: { ...process.env, TEMPORAL_ADDRESS: this.#address },
    });
    this.#children.push(child);
    return child;
  }

  async get<T = Record<string, unknown>>(path: string): Promise<T> {
    return this.#call<T>(path);
  }

  async post<T = Record<string, unknown>>(path: string, body: object): Promise<T> {
    return this.#call<T>(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async #call<T>(path: string, options: RequestInit = {}): Promise<T> {
    const response = await fetch(`${this.api}/api/v1/${path}`, {
      ...options,
      headers: { ...options.headers, ...(this.#key ? { Authorization: `Bearer ${this.#key}` } : {}) },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text || '{}') as T;
  }

  /** Whether a path is answered: what one service can do another may not. */
  async answers(path: string): Promise<boolean> {
    return this.get(path).then(
      () => true,
      () => false,
    );
  }

  /** Starts a workflow with one argument; returns its run id. */
  async workflow(
    namespace: string,
    id: string,
    type: string,
    taskQueue: string,
    input?: unknown,
    more: object = {},
  ): Promise<string> {
    const { runId } = await this.post<{ runId: string }>(
      `namespaces/${namespace}/workflows/${encodeURIComponent(id)}`,
      {
        workflowType: { name: type },
        taskQueue: { name: taskQueue },
        ...(input === undefined ? {} : { input: [input] }),
        requestId: crypto.randomUUID(),
        ...more,
      },
    );
    return runId;
  }

  async closed(namespace: string, id: string): Promise<void> {
    await eventually(`${id} has closed`, async () => {
      const { workflowExecutionInfo } = await this.get<{ workflowExecutionInfo: { closeTime?: string } }>(
        `namespaces/${namespace}/workflows/${encodeURIComponent(id)}`,
      );
      return workflowExecutionInfo.closeTime;
    });
  }

  async namespace(name: string): Promise<void> {
    await this.post('namespaces', { namespace: name, workflowExecutionRetentionPeriod: '86400s' });
    await eventually(`the namespace ${name}`, () => this.get(`namespaces/${name}/workflows`));
  }
}
