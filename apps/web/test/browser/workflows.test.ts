import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessible, onStage, screenshot } from './stage.ts';
import { eventually } from './service.ts';

const stage = onStage(async (service) => {
  await service.worker('activities_worker');
  for (const id of ['order-1', 'order-2', 'order-3'])
    await service.workflow('default', id, 'Ordering', 'orders', { customer: 'Ada', items: ['pen', 'ink'] });
  await service.workflow('default', 'order-bad', 'Ordering', 'orders', { customer: 'Bob', items: [''] });
  for (const id of ['lonely-1', 'lonely-2', 'lonely-3']) await service.workflow('default', id, 'Nobody', 'nobody', id);
  for (const id of ['order-1', 'order-2', 'order-3', 'order-bad']) await service.closed('default', id);
  await eventually(
    'all are listed',
    async () => (await service.get<{ count: string }>('namespaces/default/workflow-count')).count === '7',
  );
});

const rows = 'div[aria-label="Workflows"] .vbody [role="row"]';

test('the first page lists workflows, counts them by status and filters by a click', async () => {
  const page = await stage.open('/');
  await page.waitForURL('**/namespaces/default/workflows');
  await page.getByText('7 workflows').waitFor();
  await page.locator(rows).nth(6).waitFor();
  await screenshot(page, 'workflows');
  await accessible(page);
  await page.getByRole('button', { name: 'Completed 3' }).click();
  await page.getByText('3 workflows').waitFor();
  assert.match(decodeURIComponent(page.url()), /ExecutionStatus\+=\+"Completed"/);
  await eventually('three rows', async () => (await page.locator(rows).count()) === 3);
});

test('the state is in the address: a query opens as it was left, and back goes back', async () => {
  const page = await stage.open('/namespaces/default/workflows?query=WorkflowType%3D%22Nobody%22');
  await page.getByText('3 workflows').waitFor();
  await page.getByRole('link', { name: 'lonely-1' }).click();
  await page.getByRole('heading', { name: 'lonely-1' }).waitFor();
  await page.goBack();
  await page.getByText('3 workflows').waitFor();
  assert.equal(await page.getByLabel('Filter', { exact: true }).inputValue(), 'WorkflowType="Nobody"');
});

test('a wrong query says what the service says', async () => {
  const page = await stage.open('/namespaces/default/workflows');
  await page.keyboard.press('/');
  await page.keyboard.type('Bogus = 1');
  await page.keyboard.press('Enter');
  await page
    .getByText(/'Bogus' is not a valid search attribute/)
    .first()
    .waitFor();
});

test('the beginning of an id is a filter, and a view keeps it', async () => {
  const page = await stage.open('/namespaces/default/workflows');
  await page.getByLabel('Filter', { exact: true }).fill('order-b');
  await page.keyboard.press('Enter');
  await page.getByText('1 workflow', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Save this view' }).click();
  await page.getByLabel('Name of the view').fill('bad ones');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await page.getByText('7 workflows').waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'bad ones', exact: true }).click();
  await page.getByText('1 workflow', { exact: true }).waitFor();
});

test('columns are chosen, and stay', async () => {
  const page = await stage.open('/namespaces/default/workflows');
  await page.getByText('Columns').click();
  await page.getByLabel('Events').check();
  await page.getByRole('columnheader', { name: 'Events' }).waitFor();
  await page.reload();
  await page.getByRole('columnheader', { name: 'Events' }).waitFor();
});

test('chosen workflows are cancelled, the others of a query terminated', async () => {
  const page = await stage.open('/namespaces/default/workflows?query=WorkflowType%3D%22Nobody%22');
  await page.getByLabel('Choose lonely-1').check();
  await page.getByRole('button', { name: 'Terminate 1' }).click();
  await page.getByLabel('Reason').fill('a test');
  await page.getByRole('dialog').getByRole('button', { name: 'Terminate' }).click();
  await page.getByRole('button', { name: 'Terminated 1' }).waitFor();
  await page.getByRole('button', { name: 'Terminate all' }).click();
  await page.getByText('Terminate 3 workflows').waitFor();
  await page.getByLabel('Reason').fill('a test');
  await page.getByRole('dialog').getByRole('button', { name: 'Terminate' }).click();
  await page.getByRole('button', { name: 'Terminated 3' }).waitFor();
});

test('all that match are signalled, and closed ones reset', async () => {
  for (const id of ['waits-1', 'waits-2']) await stage.service.workflow('default', id, 'Waits', 'nobody', id);
  const page = await stage.open('/namespaces/default/workflows?query=WorkflowType%3D%22Waits%22');
  await page.getByText('2 workflows').waitFor();
  await page.getByRole('button', { name: 'Signal all' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Signal' }).fill('wake');
  await dialog.getByLabel('Input').fill('{"loud": true}');
  await dialog.getByLabel('Reason').fill('a test');
  await dialog.getByRole('button', { name: 'Signal' }).click();
  await page.getByText('Batch completed: 2 of 2').waitFor();
  await page.getByRole('link', { name: 'waits-1' }).click();
  await page.getByRole('link', { name: /^History/ }).click();
  await page.getByRole('button', { name: 'WorkflowExecutionSignaled' }).click();
  await page.getByRole('complementary').getByText('"loud": true').waitFor();

  await page.goto(`${stage.address}/namespaces/default/workflows?query=WorkflowId%3D%22order-1%22`);
  await page.getByLabel('Choose order-1').check();
  await page.getByRole('button', { name: 'Reset 1' }).click();
  await dialog.getByLabel('Reason').fill('a test');
  await dialog.getByRole('button', { name: 'Reset' }).click();
  await page.getByText('Batch completed: 1 of 1').waitFor();
  await page.getByText('2 workflows').waitFor();
});

test('a workflow is started from the page', async () => {
  const page = await stage.open('/namespaces/default/workflows');
  await page.getByRole('button', { name: 'Start a workflow' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Workflow id').fill('started-here');
  await dialog.getByLabel('Type').fill('Ordering');
  await dialog.getByLabel('Task queue').fill('orders');
  await dialog.getByLabel('Input (JSON)').fill('{"customer": "Cy", "items": ["cup"]}');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('heading', { name: 'started-here' }).waitFor();
  await page.getByText('Cy bought 1 items').waitFor();
});
