// Lists as long as they get. A service would take minutes to make them, so the API's answers are made here.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { accessible, onStage, screenshot } from './stage.ts';
import { eventually } from './service.ts';

const stage = onStage(async () => undefined);

const start = Date.parse('2026-01-01T00:00:00Z');
const at = (i: number): string => new Date(start + i * 10).toISOString();

const event = (id: number, type: string, attributes: object): object => ({
  eventId: String(id),
  eventTime: at(id),
  eventType: `EVENT_TYPE_${type}`,
  [`${type.toLowerCase().replace(/_(.)/g, (_, c: string) => c.toUpperCase())}EventAttributes`]: attributes,
});

function manyEvents(count: number): object[] {
  const events = [event(1, 'WORKFLOW_EXECUTION_STARTED', { workflowType: { name: 'Large' } })];
  for (let id = 2; id + 2 < count; id += 3)
    events.push(
      event(id, 'ACTIVITY_TASK_SCHEDULED', { activityId: String(id), activityType: { name: `step_${id}` } }),
      event(id + 1, 'ACTIVITY_TASK_STARTED', { scheduledEventId: String(id), attempt: 1 }),
      event(id + 2, 'ACTIVITY_TASK_COMPLETED', { scheduledEventId: String(id), startedEventId: String(id + 1) }),
    );
  while (events.length < count)
    events.push(
      event(events.length + 1, events.length + 1 === count ? 'WORKFLOW_EXECUTION_COMPLETED' : 'MARKER_RECORDED', {
        markerName: 'filler',
      }),
    );
  return events;
}

/** Scrolls a list from top to bottom in 60 frames; returns the milliseconds of the page's thread that a frame took. */
async function frameCost(page: Page, label: string): Promise<number> {
  const debug = await page.context().newCDPSession(page);
  // Time of the thread, so that it does not count how busy the machine is.
  await debug.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async (): Promise<number> =>
    (await debug.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')!.value;
  const steps = 60;
  const before = await spent();
  await page.evaluate(
    async ({ label, steps }) => {
      const list = document.querySelector(`[role="table"][aria-label="${label}"]`)!;
      for (let i = 1; i <= steps; i++) {
        list.scrollTop = ((list.scrollHeight - list.clientHeight) * i) / steps;
        await new Promise(requestAnimationFrame);
      }
    },
    { label, steps },
  );
  const after = await spent();
  await debug.detach();
  return ((after - before) * 1000) / steps;
}

const rowsOf = (page: Page, label: string): Promise<number> =>
  page.locator(`[role="table"][aria-label="${label}"] .vrow`).count();

test('50,000 events are read, listed, drawn and scrolled', async () => {
  const events = manyEvents(50_000);
  const page = await stage.open('/import');
  await page.getByLabel(/A file of a history/).setInputFiles({
    name: 'large.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify({ events })),
  });
  await page.getByRole('button', { name: 'WorkflowExecutionStarted' }).waitFor();
  const list = await frameCost(page, 'History');
  await page.getByRole('button', { name: 'WorkflowExecutionCompleted' }).waitFor();
  assert.ok((await rowsOf(page, 'History')) < 100);
  await page.getByRole('button', { name: 'JSON', exact: true }).click();
  const json = await frameCost(page, 'History as JSON');
  await page.getByText('"EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED"').waitFor();
  await page.getByRole('link', { name: 'Timeline' }).click();
  const timeline = await frameCost(page, 'Timeline');
  await page.getByRole('button', { name: 'step_49994' }).waitFor();
  assert.ok((await rowsOf(page, 'Timeline')) < 100);
  const bar = page.locator('[role="table"][aria-label="Timeline"] rect.run').last();
  const narrow = (await bar.boundingBox())!.width;
  await page.getByRole('button', { name: 'Scale to what is in sight' }).click();
  await eventually('bars are wider', async () => (await bar.boundingBox())!.width > 2 * narrow);
  console.log(
    `a frame of 50,000 events: list ${list.toFixed(1)} ms, JSON ${json.toFixed(1)} ms, timeline ${timeline.toFixed(1)} ms`,
  );
  for (const took of [list, json, timeline]) assert.ok(took > 0 && took < 25, `${took} ms a frame`);
  await screenshot(page, 'large_timeline');
});

test('an event in the middle of 50,000 is opened by its address', async () => {
  const events = manyEvents(50_000);
  const page = await stage.open('/namespaces');
  const info = {
    execution: { workflowId: 'large', runId: 'run' },
    type: { name: 'Large' },
    status: 'WORKFLOW_EXECUTION_STATUS_COMPLETED',
    startTime: at(1),
    closeTime: at(50_000),
  };
  await page.route('**/api/v1/namespaces/default/workflows/large?*', (route) =>
    route.fulfill({ json: { workflowExecutionInfo: info } }),
  );
  let asked = 0;
  await page.route('**/workflows/large/history?*', (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get('nextPageToken') ?? 0);
    asked += 1;
    return route.fulfill({
      json: {
        history: { events: events.slice(from, from + 1000) },
        ...(from + 1000 < events.length ? { nextPageToken: String(from + 1000) } : {}),
      },
    });
  });
  await page.goto(`${stage.address}/namespaces/default/workflows/large/run/history?event=30002`);
  await page.getByRole('complementary').getByText('step_30002').first().waitFor();
  await page.locator('.vrow .chosen').getByText('30002', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'History 50000' }).waitFor();
  assert.equal(asked, 50);
});

test('10,000 workflows are loaded as one scrolls', async () => {
  const page = await stage.open('/namespaces');
  const executions = Array.from({ length: 10_000 }, (_, i) => ({
    execution: { workflowId: `workflow-${i}`, runId: `run-${i}` },
    type: { name: 'Large' },
    status: 'WORKFLOW_EXECUTION_STATUS_COMPLETED',
    startTime: at(i),
    closeTime: at(i + 5),
  }));
  await page.route('**/api/v1/namespaces/default/workflows?*', (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get('nextPageToken') ?? 0);
    return route.fulfill({
      json: {
        executions: executions.slice(from, from + 200),
        ...(from + 200 < executions.length ? { nextPageToken: String(from + 200) } : {}),
      },
    });
  });
  await page.goto(`${stage.address}/namespaces/default/workflows`);
  await page.getByRole('link', { name: 'workflow-0', exact: true }).waitFor();
  await page.evaluate(async () => {
    const list = document.querySelector('[role="table"][aria-label="Workflows"]')!;
    const end = Date.now() + 60_000;
    while (!document.querySelector('[aria-rowindex="10001"]') && Date.now() < end) {
      list.scrollTop = list.scrollHeight;
      await new Promise(requestAnimationFrame);
    }
  });
  await page.getByRole('link', { name: 'workflow-9999', exact: true }).waitFor();
  const took = await frameCost(page, 'Workflows');
  console.log(`a frame of 10,000 workflows: ${took.toFixed(1)} ms`);
  assert.ok(took > 0 && took < 25, `${took} ms a frame`);
  assert.ok((await rowsOf(page, 'Workflows')) < 100);
  await accessible(page);
});
