// Bundles src into a folder (dist unless named): plain files, hashed assets, a manifest for the server.
import { build } from 'esbuild';
import { mkdir, readFile, rm, writeFile, readdir, copyFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};
// The packages whose code is in the bundle: their licenses ask to be told with it.
const bundled = ['preact', '@preact/signals', '@preact/signals-core'];
const largest = 200 * 1024;

export async function bundle(into, { sourcemap = false } = {}) {
  await rm(into, { recursive: true, force: true });
  await mkdir(path.join(into, 'assets'), { recursive: true });
  const made = await build({
    absWorkingDir: root,
    entryPoints: ['src/main.tsx', 'src/style.css'],
    outdir: path.join(into, 'assets'),
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    sourcemap: sourcemap ? 'inline' : false,
    format: 'esm',
    target: ['es2022', 'chrome110', 'firefox110', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    charset: 'utf8',
    metafile: true,
    logLevel: 'warning',
  });
  const output = (ending) =>
    path.relative(
      into,
      path.resolve(
        root,
        Object.keys(made.metafile.outputs).find((name) => name.endsWith(ending)),
      ),
    );
  const icon = await readFile(path.join(root, 'src/icon.svg'));
  const iconName = `assets/icon-${createHash('sha256').update(icon).digest('hex').slice(0, 8)}.svg`;
  await writeFile(path.join(into, iconName), icon);
  const page = (await readFile(path.join(root, 'src/index.html'), 'utf8'))
    .replace('{icon}', iconName)
    .replace('{style}', output('.css'))
    .replace('{script}', output('.js'));
  await writeFile(path.join(into, 'index.html'), page);
  await copyFile(path.join(root, 'src/settings.json'), path.join(into, 'settings.json'));
  await copyFile(path.join(root, 'headers.txt'), path.join(into, 'headers.txt'));
  const licenses = await Promise.all(
    bundled.map(
      async (name) => `${name}\n\n${await readFile(path.join(root, 'node_modules', name, 'LICENSE'), 'utf8')}`,
    ),
  );
  await writeFile(path.join(into, 'licenses.txt'), licenses.join('\n'));
  await writeManifest(into);
}

// A line a file that is served: path, tab, content type.
async function writeManifest(into) {
  const typeOf = (name) => (name === 'licenses.txt' ? 'text/plain; charset=utf-8' : types[path.extname(name)]);
  const files = (await readdir(into, { recursive: true })).filter(typeOf).sort();
  const lines = files.map((name) => `${name}\t${typeOf(name)}\n`);
  await writeFile(path.join(into, 'manifest.txt'), lines.join(''));
  const sizes = await Promise.all(files.map(async (name) => (await readFile(path.join(into, name))).length));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > largest) throw new Error(`the page weighs ${total} bytes, ${largest} are allowed`);
  console.log(`${path.relative(process.cwd(), into)}: ${files.length} files, ${total} bytes`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle(path.join(root, 'dist'));
