// Metrics in Prometheus's text format, as far as the page of the service shows them.

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const label = /(\w+)="((?:[^"\\]|\\.)*)"/g;

const unescaped = (text: string): string => text.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));

export function samplesOf(text: string): Sample[] {
  const out: Sample[] = [];
  for (const each of text.split('\n')) {
    const found = line.exec(each);
    if (!found) continue;
    const labels: Record<string, string> = {};
    for (const [, name, value] of (found[2] ?? '').matchAll(label)) labels[name!] = unescaped(value!);
    out.push({ name: found[1]!, labels, value: Number(found[3]) });
  }
  return out;
}

export interface Operation {
  name: string;
  calls: number;
  /** Seconds. */
  mean: number;
  /** Seconds within which 99 of 100 calls were answered, by the bounds of the histogram; infinite above the last. */
  p99: number;
}

interface Tally {
  calls: number;
  sum: number;
  buckets: Map<number, number>;
}

/** What `service_latency` tells of each operation, most called first. */
export function operationsOf(samples: Sample[]): Operation[] {
  const tallies = new Map<string, Tally>();
  for (const { name, labels, value } of samples) {
    const operation = labels['operation'];
    if (operation === undefined || !name.startsWith('service_latency_')) continue;
    const tally = tallies.get(operation) ?? { calls: 0, sum: 0, buckets: new Map<number, number>() };
    tallies.set(operation, tally);
    if (name === 'service_latency_count') tally.calls += value;
    if (name === 'service_latency_sum') tally.sum += value;
    if (name === 'service_latency_bucket') {
      const bound = labels['le'] === '+Inf' ? Infinity : Number(labels['le']);
      tally.buckets.set(bound, (tally.buckets.get(bound) ?? 0) + value);
    }
  }
  return [...tallies]
    .map(([name, { calls, sum, buckets }]) => ({
      name,
      calls,
      mean: calls > 0 ? sum / calls : 0,
      p99: [...buckets].sort(([a], [b]) => a - b).find(([, below]) => below >= calls * 0.99)?.[0] ?? Infinity,
    }))
    .filter(({ calls }) => calls > 0)
    .sort((a, b) => b.calls - a.calls);
}

/** The sum of all samples of a name; undefined if there is none. */
export function totalOf(samples: Sample[], name: string): number | undefined {
  const found = samples.filter((sample) => sample.name === name);
  return found.length > 0 ? found.reduce((sum, { value }) => sum + value, 0) : undefined;
}
