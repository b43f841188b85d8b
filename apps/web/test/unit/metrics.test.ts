import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationsOf, samplesOf, totalOf } from '../../src/model/metrics.ts';

const text = `# HELP service_latency how long calls took
# TYPE service_latency histogram
service_latency_bucket{operation="Start",le="0.01"} 97
service_latency_bucket{operation="Start",le="0.1"} 99
service_latency_bucket{operation="Start",le="+Inf"} 100
service_latency_sum{operation="Start"} 2.5
service_latency_count{operation="Start"} 100
service_latency_bucket{operation="Poll",le="0.01"} 0
service_latency_bucket{operation="Poll",le="+Inf"} 3
service_latency_sum{operation="Poll"} 180
service_latency_count{operation="Poll"} 3
failures{kind="a \\"b\\" {c}\\n"} 4
failures 1.5e1
`;

test('operations have calls, a mean and a bound, most called first', () => {
  assert.deepEqual(operationsOf(samplesOf(text)), [
    { name: 'Start', calls: 100, mean: 0.025, p99: 0.1 },
    { name: 'Poll', calls: 3, mean: 60, p99: Infinity },
  ]);
});

test('samples are added up, and labels unescaped', () => {
  const samples = samplesOf(text);
  assert.equal(totalOf(samples, 'failures'), 19);
  assert.equal(totalOf(samples, 'nothing'), undefined);
  assert.equal(samples.find(({ labels }) => labels['kind'])?.labels['kind'], 'a "b" {c}\n');
});
