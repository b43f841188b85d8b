import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessible, onStage, screenshot } from './stage.ts';

const stage = onStage(async (service) => {
  await service.namespace('handlers');
});

/** Whether the service that serves the page has allowed callers and tells of circuit breakers. */
const more = async (): Promise<boolean> =>
  ((await (await fetch(`${stage.address}/settings.json`)).json()) as { endpointCallers: boolean }).endpointCallers;

test('an endpoint is created, found, edited and deleted by its name', async () => {
  const page = await stage.open('/nexus');
  await page.getByText('There is no endpoint yet.').waitFor();
  await page.getByRole('button', { name: 'Create an endpoint' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('greetings');
  await dialog.getByLabel('Target namespace').fill('handlers');
  await dialog.getByLabel('Task queue').fill('greet');
  await dialog
    .getByLabel('Description (Markdown)')
    .fill('# Greetings\n\nFor **everyone**, see [the guide](https://example.com/guide).');
  const hasMore = await more();
  assert.equal(await dialog.getByLabel('Allowed callers').count(), hasMore ? 1 : 0);
  if (hasMore) await dialog.getByLabel('Allowed callers').fill('default\nhandlers\n');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'Greetings', exact: true }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'the guide' }).getAttribute('href'), 'https://example.com/guide');
  assert.equal(await page.locator('strong').textContent(), 'everyone');
  await page.getByText('No worker has polled').waitFor();
  assert.equal(await page.getByText('All are closed: none holds requests back.').count(), hasMore ? 1 : 0);
  const callers = page.locator('dd ul').getByRole('link');
  if (hasMore) assert.deepEqual(await callers.allTextContents(), ['default', 'handlers']);
  await screenshot(page, 'endpoint');
  await accessible(page);

  await page.getByRole('button', { name: 'Edit' }).click();
  await dialog.getByLabel('Task queue').fill('greet-others');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'greet-others' }).waitFor();
  if (hasMore) {
    assert.deepEqual(await callers.allTextContents(), ['default', 'handlers']);
    await page.getByRole('button', { name: 'Edit' }).click();
    await dialog.getByLabel('Allowed callers').fill('');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('every namespace', { exact: true }).waitFor();
  }

  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Nexus' }).click();
  await page.getByLabel('Search endpoints').fill('OTHERS');
  await page.getByRole('link', { name: 'greetings' }).waitFor();
  await accessible(page);
  await page.getByLabel('Search endpoints').fill('nothing like it');
  await page.getByText('No endpoint matches.').waitFor();
  await page.getByLabel('Search endpoints').fill('');
  await page.getByRole('link', { name: 'greetings' }).click();

  await page.getByRole('button', { name: 'Delete' }).click();
  const confirm = dialog.getByRole('button', { name: 'Delete' });
  await dialog.getByLabel('Type greetings to confirm').fill('greeting');
  assert.equal(await confirm.isDisabled(), true);
  await dialog.getByLabel('Type greetings to confirm').fill('greetings');
  await confirm.click();
  await page.getByText('There is no endpoint yet.').waitFor();
});

test('what the service refuses is said in the dialog', async () => {
  const page = await stage.open('/nexus');
  await page.getByRole('button', { name: 'Create an endpoint' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('lost');
  await dialog.getByLabel('Target namespace').fill('no-such-namespace');
  await dialog.getByLabel('Task queue').fill('greet');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog
    .getByRole('alert')
    .getByText(/no-such-namespace/)
    .waitFor();
});
