import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFile } from 'node:fs/promises';
import { accessible, onStage, screenshot } from './stage.ts';
import { eventually } from './service.ts';

const stage = onStage(async (service) => {
  await service.namespace('my-target-namespace');
  await service.namespace('my-caller-namespace');
  await service.post('nexus/endpoints', {
    spec: {
      name: 'my-nexus-endpoint-name',
      target: { worker: { namespace: 'my-target-namespace', taskQueue: 'my-handler-task-queue' } },
    },
  });
  for (const name of [
    'activities_worker',
    'messages_worker',
    'children_worker',
    'hello_nexus_handler',
    'hello_nexus_caller',
  ])
    await service.worker(name);
  await service.workflow('default', 'order', 'Ordering', 'orders', { customer: 'Ada', items: ['pen', 'ink', 'paper'] });
  await service.workflow('default', 'order-bad', 'Ordering', 'orders', { customer: 'Bob', items: [''] });
  await service.workflow(
    'my-caller-namespace',
    'hello-nexus',
    'CallerWorkflow',
    'hello-nexus-basic-caller-task-queue',
    'world',
  );
  await service.closed('default', 'order');
  await service.closed('default', 'order-bad');
  await service.closed('my-caller-namespace', 'hello-nexus');
});

test('a workflow is shown with its input, result and facts', async () => {
  const page = await stage.open('/namespaces/default/workflows/order');
  await page.getByText('"customer": "Ada"').first().waitFor();
  await page.getByText('Ada bought 3 items').waitFor();
  await page.waitForURL(/workflows\/order\/[0-9a-f-]{36}$/);
  await screenshot(page, 'workflow');
  await accessible(page);
});

test('a failed workflow shows its failure and causes', async () => {
  const page = await stage.open('/namespaces/default/workflows/order-bad');
  await page.getByText('an item without a name').first().waitFor();
  await page.getByText('BadItem').first().waitFor();
  await accessible(page);
});

test('the timeline has a bar for each activity, and its details by a click', async () => {
  const page = await stage.open('/namespaces/default/workflows/order');
  await page.getByRole('link', { name: 'Timeline' }).click();
  await page.getByRole('button', { name: 'pack' }).click();
  await page
    .getByRole('complementary', { name: 'Details' })
    .getByRole('heading', { name: 'ActivityTaskCompleted' })
    .waitFor();
  await page
    .getByRole('img', { name: /^completed, / })
    .first()
    .waitFor();
  await screenshot(page, 'timeline');
  await accessible(page);
});

test('the history is full, compact and JSON, and its file can be imported again', async () => {
  const page = await stage.open('/namespaces/default/workflows/order');
  await page.getByRole('link', { name: /^History/ }).click();
  await page.getByRole('button', { name: 'WorkflowExecutionStarted' }).click();
  await page.getByRole('complementary').getByText('"customer": "Ada"').waitFor();
  await page.getByRole('button', { name: 'Compact' }).click();
  await page.getByText('ActivityTaskScheduled → ActivityTaskStarted → ActivityTaskCompleted').first().waitFor();
  await page.getByRole('button', { name: 'JSON', exact: true }).click();
  await page.getByText('"eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED"').first().waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ]);
  const saved = JSON.parse(await readFile(await file.path(), 'utf8')) as { events: { eventType: string }[] };
  assert.equal(saved.events.at(-1)!.eventType, 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED');
  await page.goto(stage.address + '/import');
  await page.getByLabel(/A file of a history/).setInputFiles(await file.path());
  await page.getByRole('button', { name: 'WorkflowExecutionStarted' }).waitFor();
  await page.getByRole('link', { name: 'Timeline' }).click();
  await page.getByRole('button', { name: 'pack' }).waitFor();
  await accessible(page);
});

test('an open workflow is asked, told and signalled, and its history grows meanwhile', async () => {
  await stage.service.workflow('default', 'cluster', 'ClusterManager', 'clusters', { is_up: false, nodes: [] });
  const page = await stage.open('/namespaces/default/workflows/cluster');
  await page.getByRole('button', { name: 'Signal' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Signal' }).fill('start');
  await dialog.getByRole('button', { name: 'Signal' }).click();
  await page.getByRole('link', { name: 'Queries and updates' }).click();
  const form = (title: string) =>
    page.locator('section', { has: page.getByRole('heading', { name: title, exact: true }) });
  await form('Stack trace')
    .getByText(/ClusterManager/)
    .waitFor();
  // What the workflow says that it answers is offered.
  await form('Query').locator('option[value="state"]').waitFor({ state: 'attached' });
  await form('Query').getByLabel('Name').fill('state');
  await form('Query').getByRole('button', { name: 'Ask' }).click();
  await form('Query').getByText('"is_up": true').waitFor();
  await form('Update').getByLabel('Name').fill('assign');
  await form('Update').getByLabel('Input').fill('{"name": "a job", "nodes": 2}');
  await form('Update').getByRole('button', { name: 'Send' }).click();
  await form('Update')
    .getByText(/\[\s*0,\s*1\s*\]/)
    .waitFor();
  await form('Update').getByLabel('Input').fill('{"name": "", "nodes": 2}');
  await form('Update').getByRole('button', { name: 'Send' }).click();
  await form('Update').getByText('a job has a name').waitFor();
  await form('Update').getByLabel('Input').fill('{"name": ');
  await form('Update').getByRole('button', { name: 'Send' }).click();
  await form('Update').getByRole('alert').getByText(/JSON/).waitFor();
  await screenshot(page, 'messages');
  await accessible(page);
  await page.getByRole('link', { name: /^History/ }).click();
  await page.getByText('WorkflowExecutionUpdateCompleted').waitFor();
  await page.getByRole('button', { name: 'Terminate' }).click();
  await dialog.getByLabel('Reason').fill('seen enough');
  await dialog.getByRole('button', { name: 'Terminate' }).click();
  await page.getByText('Terminated', { exact: true }).waitFor();
});

test('a workflow is told to cancel', async () => {
  await stage.service.workflow('default', 'cluster-2', 'ClusterManager', 'clusters', { is_up: false, nodes: [] });
  const page = await stage.open('/namespaces/default/workflows/cluster-2');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByLabel('Reason').fill('not needed');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Canceled', { exact: true }).first().waitFor();
});

test('Nexus links lead from the caller to the handler and back, across namespaces', async () => {
  const page = await stage.open('/namespaces/my-caller-namespace/workflows/hello-nexus');
  await page.getByRole('link', { name: /^Nexus links/ }).click();
  await screenshot(page, 'nexus_links');
  await accessible(page);
  await page.getByRole('link', { name: /my-target-namespace/ }).click();
  await page.getByText('WorkflowStartedByNexusOperation').first().waitFor();
  await page.waitForURL('**/namespaces/my-target-namespace/workflows/**');
  await page.getByRole('link', { name: /^Nexus links/ }).click();
  await page.getByRole('link', { name: /my-caller-namespace \/ hello-nexus/ }).click();
  await page.waitForURL('**/namespaces/my-caller-namespace/workflows/hello-nexus/**');
  await page.getByRole('complementary').getByRole('heading', { name: 'NexusOperationScheduled' }).waitFor();
});

test('a reset begins a new run, and the page goes there', async () => {
  const page = await stage.open('/namespaces/default/workflows/order');
  await page.waitForURL(/workflows\/order\/[0-9a-f-]{36}$/);
  const before = page.url();
  await page.getByRole('button', { name: 'Reset' }).click();
  await page.getByLabel('Reason').fill('again');
  await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click();
  await eventually('another run', async () => page.url() !== before);
  await page.getByText('Ada bought 3 items').waitFor();
});
