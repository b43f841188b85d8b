import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indentJson } from '../../src/model/indent_json.ts';
import { asQuery, both, condition, quoted, statusOf, withStatus } from '../../src/model/query.ts';
import { durationMs, isTime, showDuration, showTime } from '../../src/model/time.ts';
import { enumWord, eventWord, sentence, statusWord } from '../../src/model/words.ts';

test('JSON is laid out as JSON.stringify does it', () => {
  for (const value of [1, 'a "quoted" \\ text', [], {}, [1, [2, {}]], { a: { b: [null, true] }, c: '{[,:]}' }])
    assert.equal(indentJson(JSON.stringify(value)), JSON.stringify(value, null, 2));
});

test('no digit of a number changes by laying it out', () => {
  assert.equal(indentJson('[12345678901234567890,1.10]'), '[\n  12345678901234567890,\n  1.10\n]');
});

test('a text that is not JSON stays as it is', () => {
  assert.equal(indentJson('{"a": '), '{"a": ');
});

test('what a person types is a query, or the beginning of an id', () => {
  assert.equal(asQuery(' order-7 '), 'WorkflowId STARTS_WITH "order-7"');
  assert.equal(asQuery('WorkflowType = "A"'), 'WorkflowType = "A"');
  assert.equal(asQuery('CloseTime is null'), 'CloseTime is null');
  assert.equal(asQuery(''), '');
});

test('values cannot leave their quotes', () => {
  assert.equal(quoted('a" OR "" = "'), '"a\\" OR \\"\\" = \\""');
});

test('conditions are joined, and a status takes the place of another', () => {
  assert.equal(both('a = 1 OR b = 2', 'c = 3'), '(a = 1 OR b = 2) AND c = 3');
  assert.equal(withStatus('', 'Running'), 'ExecutionStatus = "Running"');
  assert.equal(withStatus('ExecutionStatus = "Running"', 'Failed'), 'ExecutionStatus = "Failed"');
  assert.equal(withStatus('a = 1 AND ExecutionStatus = "Running" AND b = 2', ''), 'a = 1 AND b = 2');
  assert.equal(withStatus('a = 1 AND ExecutionStatus = "Running"', ''), 'a = 1');
  assert.equal(withStatus('ExecutionStatus = "Running" AND b = 2', ''), 'b = 2');
  assert.equal(statusOf("ExecutionStatus='TimedOut'"), 'TimedOut');
});

test('a condition quotes texts and times, not numbers', () => {
  assert.equal(condition('WorkflowType', '=', 'A', 'Keyword'), 'WorkflowType = "A"');
  assert.equal(condition('HistoryLength', '>', '7', 'Int'), 'HistoryLength > 7');
  assert.equal(condition('My Attribute', 'is null', '', 'Keyword'), '`My Attribute` is null');
});

test('durations have two units at most', () => {
  assert.equal(showDuration(durationMs('0.113556598s')), '114 ms');
  assert.equal(showDuration(2_500), '2.50 s');
  assert.equal(showDuration(3_661_000), '1 h 1 min');
  assert.equal(showDuration(90_000_000), '1 d 1 h');
  assert.equal(showDuration(60_000), '1 min');
});

test('times are shown in UTC or by how long ago they were', () => {
  const at = '2026-11-30T02:00:31.758068983Z';
  assert.equal(showTime(at, 'utc', 0), '2026-11-30 02:00:31.758Z');
  assert.equal(showTime(at, 'relative', Date.parse(at) + 61_000), '1 min 1 s ago');
  assert.equal(showTime(at, 'relative', Date.parse(at) - 5_000), 'in 5.00 s');
  assert.equal(isTime('0001-01-01T00:00:00Z'), false);
});

test('names of the protocol are words', () => {
  assert.equal(statusWord('WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW'), 'ContinuedAsNew');
  assert.equal(eventWord('EVENT_TYPE_NEXUS_OPERATION_SCHEDULED'), 'NexusOperationScheduled');
  assert.equal(eventWord('NexusOperationScheduled'), 'NexusOperationScheduled');
  assert.equal(enumWord('TASK_QUEUE_KIND_NORMAL', 'TASK_QUEUE_KIND'), 'Normal');
  assert.equal(sentence('startToCloseTimeout'), 'Start to close timeout');
});
