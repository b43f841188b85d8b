// Namespaces, task queues, workers, activities without a workflow, the service, and the frame around them all.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessible, onStage, screenshot } from './stage.ts';
import { eventually, isOurs } from './service.ts';

const stage = onStage(async (service) => {
  await service.worker('activities_worker');
  await service.workflow('default', 'order', 'Ordering', 'orders', { customer: 'Ada', items: ['pen'] });
  await service.workflow('default', 'lonely', 'Nobody', 'nobody', 1);
  await service.closed('default', 'order');
  await service.post('namespaces/default/workers/heartbeat', {
    identity: 'a-test',
    workerHeartbeat: [
      {
        workerInstanceKey: 'key-1',
        workerIdentity: 'worker-7',
        taskQueue: 'orders',
        sdkName: 'troupe',
        sdkVersion: '0.1.0',
        status: 'WORKER_STATUS_RUNNING',
        startTime: new Date().toISOString(),
      },
    ],
  });
});

test('a namespace is created, edited, and then chosen', async () => {
  const page = await stage.open('/namespaces');
  await page.getByRole('button', { name: 'Create a namespace' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('made-here');
  await dialog.getByLabel('Days').fill('2');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('link', { name: 'made-here', exact: true }).click();
  await page.getByText('2 d', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Edit' }).click();
  await dialog.getByLabel('Description').fill('made by a test');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('made by a test').waitFor();
  await accessible(page);
  await page.getByRole('combobox', { name: 'Namespace' }).selectOption('made-here');
  await page.getByText('No workflow was started in this namespace yet.').waitFor();
});

test('task queues are listed with their pollers, and one tells more', async () => {
  const page = await stage.open('/namespaces/default/task-queues');
  await page
    .getByRole('row', { name: /orders/ })
    .getByText('1 poller')
    .first()
    .waitFor();
  await page
    .getByRole('row', { name: /nobody/ })
    .getByText(/^0 pollers/)
    .first()
    .waitFor();
  await accessible(page);
  await page.getByRole('link', { name: 'orders' }).click();
  await page.getByRole('cell', { name: /@/ }).first().waitFor();
  await screenshot(page, 'task_queue');
  await accessible(page);
  await page.getByRole('link', { name: 'Its workflows' }).click();
  await page.getByText('1 workflow', { exact: true }).waitFor();
});

test('a worker that tells of itself is listed with what it tells', async () => {
  const { namespaceInfo } = await stage.service.get<{ namespaceInfo: { capabilities: Record<string, boolean> } }>(
    'namespaces/default',
  );
  if (!namespaceInfo.capabilities['workerHeartbeats']) {
    const page = await stage.open('/namespaces/default/workflows');
    await page.getByRole('link', { name: 'order' }).waitFor();
    assert.equal(
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Workers' }).count(),
      0,
    );
    return;
  }
  const page = await stage.open('/namespaces/default/workflows');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Workers' }).click();
  await page.getByRole('button', { name: 'worker-7' }).click();
  await page.getByText('key-1').waitFor();
  await accessible(page);
});

test('an activity without a workflow is started, listed, shown and ended', async () => {
  const page = await stage.open('/namespaces/default/workflows');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Activities' }).click();
  await page.getByRole('button', { name: 'Start one' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Id', { exact: true }).fill('alone');
  await dialog.getByLabel('Type').fill('nobody-runs-it');
  await dialog.getByLabel('Task queue').fill('nobody');
  await dialog.getByLabel('Input').fill('"an argument"');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Start' }).click();
  await page.getByText('"an argument"').waitFor();
  await accessible(page);
  await page.getByRole('link', { name: 'Activities' }).first().click();
  await eventually('it is listed', async () => {
    await page.keyboard.press('r');
    return (await page.getByRole('link', { name: 'alone' }).count()) === 1;
  });
  await accessible(page);
  await page.getByRole('link', { name: 'alone' }).click();
  await page.getByRole('button', { name: 'Terminate' }).click();
  await dialog.getByLabel('Reason').fill('a test');
  await dialog.getByRole('button', { name: 'Terminate' }).click();
  await page.getByText('Terminated', { exact: true }).first().waitFor();
});

test('the service says what it is', async () => {
  const page = await stage.open('/service');
  await page.getByText('What it can do').waitFor();
  const { serverVersion } = await stage.service.get<{ serverVersion: string }>('cluster-info');
  await page.getByText(serverVersion).waitFor();
  const { metricsPath } = (await (await fetch(`${stage.address}/settings.json`)).json()) as { metricsPath: string };
  if (metricsPath)
    await page
      .getByRole('row', { name: /^RegisterNamespace|^StartWorkflowExecution/ })
      .first()
      .waitFor();
  if (metricsPath && isOurs) {
    await page.getByText('Memory', { exact: true }).waitFor();
    await page.getByText(/^\d+ % of a processor, lately$/).waitFor(); // by the second reading
  }
  await accessible(page);
});

test('keys lead to pages, to the filter and to help', async () => {
  const page = await stage.open('/namespaces');
  await page.getByRole('heading', { name: 'Namespaces' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await accessible(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('w');
  await page.getByRole('heading', { name: 'Workflows' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('g');
  assert.equal(await page.getByLabel('Filter', { exact: true }).inputValue(), 'g');
});

test('colours and times are chosen, and stay', async () => {
  const page = await stage.open('/namespaces/default/workflows');
  await page.getByLabel('Colours').selectOption('dark');
  await page.getByRole('link', { name: 'order' }).waitFor();
  await accessible(page);
  await screenshot(page, 'dark');
  await page.getByLabel('Times').selectOption('relative');
  await page.getByText(/ ago$/).first().waitFor();
  await page.getByLabel('Times').selectOption('utc');
  await page
    .getByText(/\d\d:\d\d:\d\d\.\d{3}Z$/)
    .first()
    .waitFor();
  await page.reload();
  await page
    .getByText(/\d\d:\d\d:\d\d\.\d{3}Z$/)
    .first()
    .waitFor();
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
});

test('on a phone nothing is wider than the screen, and pages are behind a menu', async () => {
  const page = await stage.open('/namespaces/default/workflows/order');
  await page.setViewportSize({ width: 390, height: 800 });
  const narrow = (): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  await page.getByText('Ada bought 1 items').waitFor();
  assert.ok(await narrow());
  await page.getByRole('link', { name: /^History/ }).click();
  await page.getByRole('button', { name: 'WorkflowExecutionStarted' }).click();
  await page.getByRole('complementary').getByRole('button', { name: 'Close the details' }).click();
  assert.ok(await narrow());
  await screenshot(page, 'phone');
  await accessible(page);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Task queues' }).click();
  await page.getByRole('heading', { name: 'Task queues' }).waitFor();
  assert.ok(await narrow());
});

test('a page that is looked at for an hour asks seldom, one that is not seen never', async () => {
  const page = await stage.open('/namespaces');
  await page.clock.install();
  let asked = 0;
  page.on('request', () => (asked += 1));
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Workflows' }).click();
  await page.getByRole('link', { name: 'order' }).waitFor();
  asked = 0;
  await page.clock.runFor(60_000);
  await eventually('it was refreshed', async () => asked >= 2);
  assert.ok(asked <= 8, `${asked} requests a minute`);
  await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: true }));
  asked = 0;
  await page.clock.runFor(60_000);
  assert.equal(asked, 0);
});
