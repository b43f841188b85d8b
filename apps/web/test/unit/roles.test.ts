import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needOf, refusal } from '../../src/model/roles.ts';

test('what a call needs is told by its method and path', () => {
  const cases: [string, string, string, string][] = [
    ['GET', 'namespaces', 'read', ''],
    ['POST', 'namespaces', 'admin', ''],
    ['GET', 'namespaces/a%2Fb', 'read', 'a/b'],
    ['POST', 'namespaces/a/update', 'admin', 'a'],
    ['GET', 'namespaces/a/workflows/w/history', 'read', 'a'],
    ['POST', 'namespaces/a/workflows/w/query/state', 'read', 'a'],
    ['POST', 'namespaces/a/workflows/w/update/raise', 'write', 'a'],
    ['POST', 'namespaces/a/workflows/query/terminate', 'write', 'a'],
    ['POST', 'namespaces/a/workflows/w/signal/query', 'write', 'a'],
    ['GET', 'nexus/endpoints', 'admin', ''],
    ['DELETE', 'nexus/endpoints/id', 'admin', ''],
    ['GET', 'cluster-info', 'read', ''],
    ['GET', 'metrics', 'read', ''],
  ];
  for (const [method, path, role, namespace] of cases)
    assert.deepEqual(needOf(method, path), { role, namespace }, `${method} ${path}`);
});

test('a refusal names the role, the namespace, and what to do', () => {
  assert.match(refusal({ role: 'write', namespace: 'a' }, false), /sign in .* role write in the namespace a\./);
  assert.match(refusal({ role: 'admin', namespace: '' }, true), /may not do this.*role admin for the service itself/);
});
