import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { History, importedEvents, type Group } from '../../src/model/history.ts';

const recorded = path.join(process.env['TROUPE_WEB_ROOT']!, '../../test/histories');

const read = (name: string): History => {
  const history = new History();
  history.add(importedEvents(readFileSync(path.join(recorded, name), 'utf8')));
  return history;
};

const only = (history: History, category: string): Group => {
  const found = history.groups.filter((group) => group.category === category);
  assert.equal(found.length, 1, `${found.length} of ${category}`);
  return found[0]!;
};

const histories = readdirSync(recorded, { recursive: true, encoding: 'utf8' }).filter(
  (name) =>
    name.endsWith('.json') && /^\s*{\s*"events"/.test(readFileSync(path.join(recorded, name), 'utf8').slice(0, 40)),
);

test('every event of every recorded history is in one group, in order', () => {
  assert.ok(histories.length > 100, `${histories.length} histories`);
  for (const name of histories) {
    const history = read(name);
    const grouped = history.groups.flatMap((group) => group.events);
    assert.equal(grouped.length, history.events.length, name);
    assert.equal(new Set(grouped).size, history.events.length, name);
    for (const group of history.groups) {
      assert.ok(group.name, `${name}: group ${group.id} has no name`);
      assert.equal(history.group(group.id), group, name);
      assert.ok(
        group.endedAt === undefined || group.endedAt >= group.scheduledAt,
        `${name}: group ${group.id} ends before it begins`,
      );
      assert.equal(group.state === 'open', group.endedAt === undefined, `${name}: group ${group.id}`);
    }
  }
});

test('an activity whose attempts are exhausted has failed, at its last attempt', () => {
  const group = only(read('activity/attempts-exhausted.json'), 'activity');
  assert.equal(group.state, 'failed');
  assert.ok(group.attempt > 1);
  assert.ok(group.startedAt !== undefined && group.startedAt > group.scheduledAt);
});

test('an activity that was asked to cancel is open until it says so', () => {
  const file = JSON.parse(readFileSync(path.join(recorded, 'activity/cancel-wait-completed.json'), 'utf8')) as {
    events: { eventType: string }[];
  };
  const asked = file.events.findIndex(
    (event) => event.eventType.endsWith('CANCEL_REQUESTED') && event.eventType.includes('ACTIVITY'),
  );
  const history = new History();
  history.add(file.events.slice(0, asked + 1) as never);
  assert.equal(only(history, 'activity').state, 'open');
  history.add(file.events.slice(asked + 1) as never);
  assert.equal(only(history, 'activity').state, 'canceled');
});

test('a file that is no history says why', () => {
  assert.throws(() => importedEvents('{"events": []}'), /no "events"/);
  assert.throws(() => importedEvents('[{"eventId": "1"}]'), /"eventType"/);
  assert.throws(() => importedEvents('not JSON'), SyntaxError);
});
