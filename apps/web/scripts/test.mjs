// Runs the tests of a folder: unit, or browser (against a service; see the README).
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { bundle, root } from './build.mjs';

const which = process.argv[2] ?? 'unit';
const chosen = process.argv.slice(3);
// Beside node_modules, where the tests' packages are found.
const into = path.join(root, 'node_modules/.cache/test', which);
await rm(into, { recursive: true, force: true });
const names = (await readdir(path.join(root, 'test', which))).filter(
  (name) => name.endsWith('.test.ts') && (chosen.length === 0 || chosen.some((part) => name.includes(part))),
);
if (names.length === 0) throw new Error(`there is no test in test/${which} whose name contains ${chosen.join(' or ')}`);
await build({
  absWorkingDir: root,
  entryPoints: names.map((name) => `test/${which}/${name}`),
  outdir: into,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  sourcemap: 'inline',
  logLevel: 'warning',
});
if (which === 'browser') await bundle(path.join(root, '../../build/web/dist'));
const files = names.map((name) => path.join(into, name.replace(/\.ts$/, '.mjs')));
const tests = spawn(
  process.execPath,
  ['--enable-source-maps', '--test', '--test-concurrency=1', '--test-reporter=spec', ...files],
  { stdio: 'inherit', env: { ...process.env, TROUPE_WEB_ROOT: root } },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => tests.kill(signal));
tests.on('close', (code) => (process.exitCode = code ?? 1));
