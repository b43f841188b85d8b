import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { decoded, encodingOf, jsonPayload, payloadText, writtenInput } from '../../src/api/payloads.ts';
import { settings } from '../../src/api/settings.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const payload = (encoding: string, data: string) => ({ metadata: { encoding: base64(encoding) }, data: base64(data) });
const before = settings.value;
const realFetch = globalThis.fetch;

afterEach(() => {
  settings.value = before;
  globalThis.fetch = realFetch;
});

test('payloads of JSON are read, others are named with their size', () => {
  assert.equal(payloadText(payload('json/plain', '{"a":12345678901234567890}')), '{\n  "a": 12345678901234567890\n}');
  assert.equal(payloadText(payload('json/plain', '"größe"')), '"größe"');
  assert.equal(payloadText(payload('binary/null', '')), 'null');
  assert.equal(payloadText(payload('binary/encrypted', 'abc')), 'binary/encrypted, 3 bytes\nYWJj');
});

test('what is written has to be JSON, and travels as it was written', () => {
  assert.throws(() => jsonPayload('{"a": '), SyntaxError);
  const made = jsonPayload('[1.10, "ü"]');
  assert.equal(encodingOf(made), 'json/plain');
  assert.equal(Buffer.from(made.data!, 'base64').toString(), '[1.10, "ü"]');
});

test('a codec server decodes what is not JSON, and encodes what is sent', async () => {
  settings.value = { ...before, codecEndpoint: 'http://codec.test/{namespace}/' };
  const asked: string[] = [];
  globalThis.fetch = async (url, options) => {
    asked.push(`${String(url)} ${(options?.headers as Record<string, string>)['X-Namespace']}`);
    return Response.json({ payloads: [payload('json/plain', '"plain"')] });
  };
  const [plain] = await decoded([payload('binary/encrypted', 'x')], 'my ns');
  assert.equal(payloadText(plain!), '"plain"');
  assert.equal((await writtenInput('1', 'my ns'))?.payloads?.length, 1);
  assert.deepEqual(asked, ['http://codec.test/my%20ns/decode my ns', 'http://codec.test/my%20ns/encode my ns']);
});

test('what the codec server refuses, or forgets, is said', async () => {
  settings.value = { ...before, codecEndpoint: 'http://codec.test' };
  globalThis.fetch = async () => new Response('', { status: 403, statusText: 'Forbidden' });
  await assert.rejects(decoded([payload('binary/encrypted', 'x')], 'ns'), /403 Forbidden/);
  globalThis.fetch = async () => Response.json({ payloads: [] });
  await assert.rejects(decoded([payload('binary/encrypted', 'x')], 'ns'), /0 payloads for 1/);
});
