// A circuit breaker that opened, where the service tells of it.

import { test } from 'node:test';
import { eventually, isOurs } from './service.ts';
import { accessible, onStage, screenshot } from './stage.ts';

const served = isOurs && Boolean(process.env['TROUPE_WEB_SERVED']);
let id = '';

const stage = onStage(async (service) => {
  if (!served) return;
  const { endpoint } = await service.post<{ endpoint: { id: string } }>('nexus/endpoints', {
    spec: { name: 'nobody-answers', target: { worker: { namespace: 'default', taskQueue: 'nobody' } } },
  });
  id = endpoint.id;
  // No worker polls: after ten seconds each request has failed.
  for (let i = 0; i < 6; i += 1)
    await service.post(`namespaces/default/nexus-operations/lost-${i}`, {
      endpoint: 'nobody-answers',
      service: 'Greetings',
      operation: 'hello',
      requestId: crypto.randomUUID(),
    });
});

test(
  'the page of an endpoint says whose breaker is open, and what opened it',
  { skip: !served && 'only a page that our server serves' },
  async () => {
    await eventually('the breaker opens', async () => {
      const { endpoint } = await stage.service.get<{ endpoint: { circuitBreakers?: { state: string }[] } }>(
        `nexus/endpoints/${id}`,
      );
      return endpoint.circuitBreakers?.some(({ state }) => state === 'open');
    });
    const page = await stage.open(`/nexus/${id}`);
    const row = page.getByRole('row', { name: /default start open/ });
    await row.getByText('Greetings/hello x6').waitFor();
    await accessible(page);
    await screenshot(page, 'breaker');
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Nexus' }).click();
    await page
      .getByRole('row', { name: /nobody-answers/ })
      .getByText('breaker open')
      .waitFor();
    await accessible(page);
    const metrics = await (await fetch(`${stage.address}/metrics`)).text();
    if (!/nexus_circuit_breakers_open\{[^}]*nexus_endpoint="nobody-answers"[^}]*\} 1/.test(metrics))
      throw new Error(`the metrics do not tell:\n${metrics}`);
  },
);
