// Scripts in everything that the service tells: none runs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { onStage } from './stage.ts';

const image = '<img src=x onerror="alert(1)">';
const script = '<script>alert(2)<!-- "\'` -->';
const id = `id ${image}`;
const type = `type ${script}`;
const queue = `queue ${image}`;

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const payload = (value: unknown) => ({
  metadata: { encoding: base64('json/plain') },
  data: base64(JSON.stringify(value)),
});

const stage = onStage(
  async (service) => {
    await service.worker('activities_worker');
    await service.workflow(
      'default',
      id,
      type,
      queue,
      { [image]: script },
      { memo: { fields: { [image]: payload(script) } } },
    );
    await service.workflow('default', 'order-bad', 'Ordering', 'orders', { customer: image, items: [''] });
    await service.workflow('default', 'ended', type, queue, image);
    await service.post('namespaces/default/workflows/ended/terminate', { reason: `${image}${script}` });
    await service.post('nexus/endpoints', {
      spec: {
        name: 'hostile',
        description: payload(
          `# ${image}\n\n${script} [click](javascript:alert(3)) [here](data:text/html,<script>alert(4)</script>)\n\n- ${image}`,
        ),
        target: { worker: { namespace: 'default', taskQueue: queue } },
      },
    });
    await service.closed('default', 'order-bad');
  },
  { expected: /Failed to load resource|Content Security Policy|document requires 'Trusted/ },
);

/** Nothing of the page was made of what the service told: no image, no script but ours, no strange link. */
async function harmless(page: Page): Promise<void> {
  assert.equal(await page.locator('img, iframe, object, embed').count(), 0);
  assert.equal(await page.locator('script').count(), 1);
  const links = await page.locator('a').evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).protocol));
  assert.deepEqual([...new Set(links)], ['http:']);
}

test('in ids, types and task queues', async () => {
  const page = await stage.open('/namespaces/default/workflows');
  await page.getByRole('link', { name: id }).click();
  await page.getByRole('heading', { name: id }).waitFor();
  await page.getByText(type).first().waitFor();
  await page.getByText(script).first().waitFor();
  await harmless(page);
  for (const tab of ['Timeline', 'History', 'Pending', 'Relations', 'Nexus links']) {
    await page.getByRole('navigation', { name: 'Parts of the workflow' }).getByRole('link', { name: tab }).click();
    await harmless(page);
  }
  await page.getByRole('navigation', { name: 'Parts of the workflow' }).getByRole('link', { name: 'Summary' }).click();
  await page.getByRole('link', { name: queue }).click();
  await page.getByRole('heading', { name: queue }).waitFor();
  await harmless(page);
});

test('in failures and reasons', async () => {
  for (const [where, text] of [
    ['order-bad', 'an item without a name'],
    ['ended', 'WorkflowExecutionTerminated'],
  ] as const) {
    const page = await stage.open(`/namespaces/default/workflows/${where}`);
    await page.getByRole('link', { name: /^History/ }).click();
    await page.getByText(text).first().waitFor();
    await harmless(page);
  }
});

test('in the markdown of an endpoint', async () => {
  const page = await stage.open('/nexus');
  await page.getByRole('link', { name: 'hostile' }).click();
  await page.getByText('[click](javascript:alert(3))').waitFor();
  await harmless(page);
});

test('in the address', async () => {
  const page = await stage.open(
    `/namespaces/${encodeURIComponent(image)}/workflows?query=${encodeURIComponent(script)}`,
  );
  await page.getByRole('alert').first().waitFor();
  await harmless(page);
  await page.goto(`${stage.address}/${encodeURIComponent(image)}/%E0%A4%A`);
  await page.getByText('There is no such page').waitFor();
  await harmless(page);
});

test('and if markup got in all the same, the policy would stop it', async () => {
  const page = await stage.open('/nexus');
  await page.getByRole('heading', { name: 'Nexus endpoints' }).waitFor();
  const stopped = await page.evaluate(async () => {
    const seen: string[] = [];
    addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
    const refused = (what: string, attempt: () => void): void => {
      try {
        attempt();
        seen.push(`${what} was taken`);
      } catch {
        seen.push(`${what} was refused`);
      }
    };
    const element = document.createElement('a');
    refused('markup', () => (element.innerHTML = '<b>markup</b>'));
    refused('a handler', () => element.setAttribute('onclick', 'document.title = "it ran"'));
    refused('a script', () => (document.createElement('script').src = '/assets/other.js'));
    const style = document.createElement('style');
    style.textContent = 'body { display: none }';
    document.head.append(style);
    await fetch('http://127.0.0.1:9/').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve));
    return seen;
  });
  for (const what of [
    'markup was refused',
    'a handler was refused',
    'a script was refused',
    'style-src-elem',
    'connect-src',
  ])
    assert.ok(stopped.includes(what), `${what}: ${String(stopped)}`);
});
