// Serves a bundle as the service does: its headers, index.html for every page, the JSON API behind /api/.
import http from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

async function load(folder) {
  const manifest = (await readFile(path.join(folder, 'manifest.txt'), 'utf8')).trimEnd().split('\n');
  const files = new Map();
  for (const line of manifest) {
    const [name, type] = line.split('\t');
    files.set('/' + name, { type, body: await readFile(path.join(folder, name)) });
  }
  const headers = Object.fromEntries(
    (await readFile(path.join(folder, 'headers.txt'), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  return { files, headers };
}

function forward(request, response, api) {
  const target = new URL(request.url, api);
  const onward = http.request(
    target,
    { method: request.method, headers: { ...request.headers, host: target.host } },
    (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on('error', (error) => {
    if (response.headersSent) return response.destroy();
    response.writeHead(502, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ code: 14, message: `${target.host}: ${error.message}` }));
  });
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

// `api` is the address of a service's HTTP API, `metrics` that of its metrics; settings replace those of settings.json.
// Returns the listening server.
export async function serve(folder, { api, metrics, port = 0, settings = {} }) {
  const { files, headers } = await load(folder);
  const given = JSON.parse(files.get('/settings.json').body);
  if (metrics) given.metricsPath = 'metrics';
  files.get('/settings.json').body = Buffer.from(JSON.stringify({ ...given, ...settings }));
  if (settings.codecEndpoint)
    headers['Content-Security-Policy'] = headers['Content-Security-Policy'].replace(
      "connect-src 'self'",
      `connect-src 'self' ${new URL(settings.codecEndpoint).origin}`,
    );
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://ui');
    if (pathname.startsWith('/api/')) return forward(request, response, api);
    if (metrics && pathname === '/metrics') return forward(request, response, metrics);
    const file = files.get(pathname) ?? (pathname.startsWith('/assets/') ? undefined : files.get('/index.html'));
    if (!file) {
      response.writeHead(404, headers);
      return response.end();
    }
    const cache = pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    response.writeHead(200, { ...headers, 'Content-Type': file.type, 'Cache-Control': cache });
    response.end(file.body);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return server;
}
