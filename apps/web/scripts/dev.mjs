// Builds on every change and serves the page at 127.0.0.1:8234, with the API of TROUPE_API (http://127.0.0.1:7243)
// and, if they are given, the metrics of TROUPE_METRICS and the codec server of TROUPE_CODEC.
import { watch } from 'node:fs';
import path from 'node:path';
import { bundle, root } from './build.mjs';
import { serve } from './serve.mjs';

const into = path.join(root, '../../build/web/dev');
const api = process.env.TROUPE_API ?? 'http://127.0.0.1:7243';
let server;
let again = Promise.resolve();

async function restart() {
  await bundle(into, { sourcemap: true });
  server?.closeAllConnections();
  server?.close();
  server = await serve(into, {
    api,
    metrics: process.env.TROUPE_METRICS,
    port: 8234,
    settings: { codecEndpoint: process.env.TROUPE_CODEC ?? '' },
  });
  console.log('http://127.0.0.1:8234');
}

let timer;
watch(path.join(root, 'src'), { recursive: true }, () => {
  clearTimeout(timer);
  timer = setTimeout(() => (again = again.then(restart).catch((error) => console.error(error.message))), 100);
});
await restart();
