// Signing in where the service asks for keys. The real dev server asks nobody: there, and wherever the service is open, the
// page says nothing of it.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { apiKey, isOurs } from './service.ts';
import { accessible, onStage, screenshot } from './stage.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'troupe-keys-'));
after(() => rm(folder, { recursive: true }));
const file = path.join(folder, 'keys.json');
const served = isOurs && Boolean(process.env['TROUPE_WEB_SERVED']);
const admin = served ? await apiKey(file, 'temporal-system:admin') : '';
const reader = served ? await apiKey(file, 'default:read') : '';

const stage = onStage(
  async (service) => {
    await service.workflow('default', 'guarded', 'Nobody', 'nobody');
  },
  served ? { flags: ['--api-key-file', file], key: admin } : {},
);

test('an open service says nothing of keys', { skip: served && 'this one is guarded' }, async () => {
  const page = await stage.open('/namespaces/default/workflows');
  await page.getByRole('link', { name: 'guarded' }).waitFor();
  assert.equal(await page.getByRole('button', { name: /^Sign (in|out)/ }).count(), 0);
  assert.equal(await page.getByText('API key').count(), 0);
});

const guarded = { skip: !served && 'only a page that our server serves' };

test('who is not known is asked, signs in, sees, and signs out', guarded, async () => {
  const page = await stage.open('/namespaces/default/workflows');
  await page
    .getByText(/sign in with an API key or a token that has the role read in the namespace default/)
    .first()
    .waitFor();
  assert.equal(await page.getByRole('link', { name: 'guarded' }).count(), 0);
  await screenshot(page, 'signed_out');
  await accessible(page);
  await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('API key or token').fill('two words');
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await dialog
    .getByRole('alert')
    .getByText(/one word/)
    .waitFor();
  await dialog.getByLabel('API key or token').fill(`${reader}x`);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await dialog.getByRole('alert').getByText('It is not valid, or has no role in the namespace default.').waitFor();
  await accessible(page);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);

  await dialog.getByLabel('API key or token').fill(reader);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'guarded' }).click();
  await page.getByText('Running', { exact: true }).first().waitFor();
  await accessible(page);
  const kept = await page.evaluate(() => [Object.values(sessionStorage), Object.values(localStorage)].map(String));
  assert.ok(kept[0]!.includes(reader) && !kept[1]!.includes(reader));
  assert.ok(!page.url().includes(reader));

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page
    .getByText(/has the role read in the namespace default/)
    .first()
    .waitFor();
  assert.equal(await page.getByText('Running', { exact: true }).count(), 0);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

test('what a role is too small for is refused in words', guarded, async () => {
  const page = await stage.open('/namespaces/default/workflows/guarded');
  await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('API key or token').fill(`Bearer ${reader}`);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Running', { exact: true }).first().waitFor();
  await page.getByRole('button', { name: 'Terminate' }).click();
  await dialog.getByRole('button', { name: 'Terminate' }).click();
  await dialog
    .getByRole('alert')
    .getByText(/it needs the role write in the namespace default/)
    .waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Nexus' }).click();
  await page.getByText(/it needs the role admin for the service itself/).waitFor();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Service' }).click();
  await page
    .getByText(/it needs the role read for the service itself/)
    .first()
    .waitFor();
  assert.equal(await page.getByRole('row', { name: /^StartWorkflowExecution/ }).count(), 0);

  await page.getByRole('main').getByRole('button', { name: 'Sign in as another' }).first().click();
  await dialog.getByLabel('API key or token').fill(admin);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('row', { name: /^StartWorkflowExecution/ }).waitFor();
});

test('a key goes to the service only, not with the files of the page', guarded, async () => {
  const page = await stage.open('/namespaces/default/workflows');
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.headers()['authorization']) sent.push(new URL(request.url()).pathname);
  });
  await page.evaluate((key) => sessionStorage.setItem('troupe.credential', key), reader);
  await page.reload();
  await page.getByRole('link', { name: 'guarded' }).waitFor();
  assert.ok(sent.length > 0);
  assert.deepEqual(
    sent.filter((where) => !where.startsWith('/api/v1/')),
    [],
  );
});
