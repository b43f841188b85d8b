// Payloads that only a codec server reads.

import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, test } from 'node:test';
import { onStage } from './stage.ts';

interface Payload {
  metadata: Record<string, string>;
  data: string;
}
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const plain = (base64: string): string => Buffer.from(base64, 'base64').toString();
const turned = (text: string): string => [...text].reverse().join('');

/** "Encrypts" by turning texts around. */
const codecs: Record<string, (payload: Payload) => Payload> = {
  '/encode': ({ data }) => ({ metadata: { encoding: base64('binary/turned') }, data: base64(turned(plain(data))) }),
  '/decode': (payload) =>
    plain(payload.metadata['encoding']!) === 'binary/turned'
      ? { metadata: { encoding: base64('json/plain') }, data: base64(turned(plain(payload.data))) }
      : payload,
};

const asked: string[] = [];
let codec: Server;

before(async () => {
  codec = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', 'content-type,x-namespace');
    if (request.method === 'OPTIONS') return response.end();
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      asked.push(`${request.url} ${request.headers['x-namespace']}`);
      const { payloads } = JSON.parse(body) as { payloads: Payload[] };
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ payloads: payloads.map(codecs[request.url!]!) }));
    });
    return undefined;
  });
  await new Promise<void>((resolve) => codec.listen(0, '127.0.0.1', resolve));
  settings['codecEndpoint'] = `http://127.0.0.1:${(codec.address() as { port: number }).port}`;
});
after(() => codec.close());

const settings: Record<string, string> = {};
const stage = onStage(async () => undefined, { settings });

test('what is sent goes encoded, what is shown is decoded', async () => {
  const page = await stage.open('/namespaces/default/workflows');
  await page.getByRole('button', { name: 'Start a workflow' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Workflow id').fill('secret');
  await dialog.getByLabel('Type').fill('Secret');
  await dialog.getByLabel('Task queue').fill('secrets');
  await dialog.getByLabel('Input (JSON)').fill('{"secret":42}');
  await dialog.getByRole('button', { name: 'Start' }).click();
  await page.getByText('"secret": 42').waitFor();
  assert.deepEqual([...new Set(asked)], ['/encode default', '/decode default']);
  const history = JSON.stringify(await stage.service.get('namespaces/default/workflows/secret/history'));
  assert.ok(history.includes(base64(turned('{"secret":42}'))), history);
});
