// Workflows that are under way: retries, children, events as they come, many tabs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessible, onStage, screenshot } from './stage.ts';
import { eventually } from './service.ts';

const stage = onStage(async (service) => {
  for (const name of ['polling_worker', 'children_worker']) await service.worker(name);
  await service.workflow('default', 'poll', 'InfrequentPolling', 'polls', 'tea');
  await service.workflow('default', 'shipping', 'Shipping', 'shipping', ['north', 'south']);
});

test('a pending activity tells its attempt, its last failure and its next try', async () => {
  const page = await stage.open('/namespaces/default/workflows/poll');
  await page.getByRole('link', { name: /^Pending 1/ }).click();
  await page.getByText('tea is not ready').waitFor();
  await page.getByText('Next try').waitFor();
  await accessible(page);
  await page.getByRole('link', { name: 'Timeline' }).click();
  await page.getByRole('img', { name: /^open, .*attempt 2, tea is not ready/ }).waitFor();
  await screenshot(page, 'pending');
});

test('events come by themselves, by one request that waits', async () => {
  await stage.service.workflow('default', 'waits', 'Nobody', 'nobody', 1);
  const page = await stage.open('/namespaces/default/workflows/waits');
  await page.getByRole('link', { name: /^History/ }).click();
  await page.getByText('WorkflowTaskScheduled').waitFor();
  let polls = 0;
  page.on('request', (request) => (polls += request.url().includes('/history') ? 1 : 0));
  await stage.service.post('namespaces/default/workflows/waits/signal/hello', {});
  await page.getByText('WorkflowExecutionSignaled').waitFor();
  await stage.service.post('namespaces/default/workflows/waits/terminate', { reason: 'a test' });
  await page.getByText('WorkflowExecutionTerminated').waitFor();
  await page.getByText('Terminated', { exact: true }).waitFor();
  assert.ok(polls <= 3, `${polls} polls for two events`);
});

test('a workflow shows its children, and a child its parent', async () => {
  const page = await stage.open('/namespaces/default/workflows/shipping');
  await page.getByRole('link', { name: 'Relations' }).click();
  const children = page.getByRole('region', { name: 'Children' });
  await eventually('the children are listed', async () => {
    await page.keyboard.press('r');
    return (await children.getByRole('row').count()) === 2;
  });
  await accessible(page);
  const child = children.getByRole('link').first();
  const name = encodeURIComponent((await child.textContent())!);
  const reached = await stage.service.answers(`namespaces/default/workflows/${name}`);
  await child.click();
  if (!reached) return page.getByText('does not reach names with a slash').waitFor();
  await page.getByRole('link', { name: 'Relations' }).click();
  await page.getByRole('definition').getByRole('link', { name: 'shipping' }).first().click();
  await page.getByRole('heading', { name: 'shipping' }).waitFor();
});

test('ten pages of open workflows work side by side', async () => {
  const first = await stage.open('/namespaces/default/workflows/poll');
  const pages = [first];
  for (let i = 0; i < 9; i++) {
    const page = await first.context().newPage();
    await page.goto(`${stage.address}/namespaces/default/workflows/poll`);
    await page.getByText('ask_once').first().waitFor();
    // Chromium without a head shows all pages at once; a browser hides all but one.
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: true, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    pages.push(page);
  }
  await pages[0]!.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: false, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await pages[0]!.getByRole('link', { name: 'Workflows' }).click();
  await pages[0]!.getByRole('link', { name: 'shipping', exact: true }).waitFor();
});
