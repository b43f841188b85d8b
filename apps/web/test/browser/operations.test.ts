// Nexus operations without a workflow, where the service has them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessible, onStage, screenshot } from './stage.ts';
import { eventually } from './service.ts';

const stage = onStage(async (service) => {
  await service.namespace('my-handler-namespace');
  await service.namespace('my-caller-namespace');
  await service.post('nexus/endpoints', {
    spec: {
      name: 'my-nexus-endpoint',
      target: { worker: { namespace: 'my-handler-namespace', taskQueue: 'nexus-handler-queue' } },
    },
  });
  await service.worker('nexus_standalone_operations', 'worker');
});

test('an operation is started, and its result and links are shown', async () => {
  const page = await stage.open('/namespaces/my-caller-namespace/workflows');
  await page.getByText('No workflow was started').waitFor();
  const entry = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Operations' });
  if (!(await stage.service.answers('namespaces/my-caller-namespace/nexus-operations'))) {
    assert.equal(await entry.count(), 0);
    return;
  }
  await entry.click();
  await page.getByText('There is none in this namespace yet.').waitFor();
  await page.getByRole('button', { name: 'Start one' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Id', { exact: true }).fill('greet');
  await dialog.getByLabel('Endpoint').fill('my-nexus-endpoint');
  await dialog.getByLabel('Service').fill('MyNexusService');
  await dialog.getByLabel('Operation').fill('hello');
  await dialog.getByLabel('Input').fill('{"name": "Ada"}');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Start' }).click();
  await page.getByText('Completed', { exact: true }).waitFor();
  await page.getByText('"greeting": "Hello, Ada!"').waitFor();
  await page
    .getByRole('link', { name: /my-handler-namespace/ })
    .first()
    .waitFor();
  await screenshot(page, 'operation');
  await accessible(page);
  await page.getByRole('link', { name: 'Operations' }).first().click();
  await eventually('it is listed', async () => {
    await page.keyboard.press('r');
    return (await page.getByRole('link', { name: 'greet' }).count()) === 1;
  });
  await page.getByRole('button', { name: 'Completed 1' }).waitFor();
  await accessible(page);
});
