// Fails unless dist is what the sources make.
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundle, root } from './build.mjs';

const contents = async (folder) => {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name))])));
};

const fresh = await mkdtemp(path.join(tmpdir(), 'troupe-web-'));
try {
  await bundle(path.join(fresh, 'dist'));
  const made = await contents(path.join(fresh, 'dist'));
  const kept = await contents(path.join(root, 'dist'));
  const differing = [...new Set([...made.keys(), ...kept.keys()])].filter(
    (name) => !made.get(name) || !kept.get(name) || !made.get(name).equals(kept.get(name)),
  );
  if (differing.length > 0) {
    console.error(`apps/web/dist is not what apps/web/src makes (${differing.join(', ')}): make web, and commit it`);
    process.exitCode = 1;
  }
} finally {
  await rm(fresh, { recursive: true });
}
