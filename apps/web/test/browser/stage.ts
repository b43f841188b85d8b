// A browser, the page and a service, for the tests of one file.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { serve } from '../../scripts/serve.mjs';
import { Service, repository, type Start } from './service.ts';

const web = path.join(repository, 'build/web');

export interface Stage {
  service: Service;
  /** Address of the page, without a slash at its end. */
  address: string;
  open: (where: string) => Promise<Page>;
  browser: Browser;
}

/** How Chromium is started. */
export const launch = {
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
};

const problems: string[] = [];

/** Starts everything before the tests of a file and ends it after them. An error that the browser logs fails them, unless it is expected. */
export function onStage(
  prepare: (service: Service) => Promise<void>,
  options: { settings?: Record<string, string>; expected?: RegExp } & Start = {},
): Stage {
  const stage = { service: new Service(), address: '' } as Stage;
  let page: Server | undefined;
  before(async () => {
    await mkdir(web, { recursive: true });
    await stage.service.start({ ...options, codecEndpoint: options.settings?.['codecEndpoint'] ?? '' });
    stage.address = stage.service.page;
    if (!stage.address) {
      page = await serve(path.join(web, 'dist'), {
        api: stage.service.api,
        metrics: stage.service.metrics,
        settings: options.settings ?? {},
      });
      stage.address = `http://127.0.0.1:${(page.address() as { port: number }).port}`;
    }
    stage.browser = await chromium.launch(launch);
    await prepare(stage.service);
  });
  after(async () => {
    await stage.browser?.close();
    page?.closeAllConnections();
    page?.close();
    stage.service.stop();
    assert.deepEqual(problems, [], 'the browser complained');
  });
  stage.open = async (where) => {
    const context = await stage.browser.newContext({ viewport: { width: 1280, height: 800 } });
    const opened = await context.newPage();
    opened.setDefaultTimeout(60_000);
    opened.on('pageerror', (error) => problems.push(String(error)));
    opened.on('dialog', (dialog) => problems.push(`a dialog: ${dialog.message()}`));
    opened.on('console', (message) => {
      if (message.type() === 'error' && !(options.expected ?? /Failed to load resource/).test(message.text()))
        problems.push(message.text());
    });
    await opened.goto(stage.address + where);
    return opened;
  };
  return stage;
}

export const screenshot = (page: Page, name: string): Promise<unknown> =>
  page.screenshot({ path: path.join(web, `${name}.png`) });

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** Fails if axe finds something serious. Its script comes by the debugger, past the page's policy. */
export async function accessible(page: Page): Promise<void> {
  await page.evaluate(await axe);
  const found = await page.evaluate(async (): Promise<Violation[]> => {
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  const serious = found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} (${node.failureSummary})`).join('\n')}`);
  assert.deepEqual(serious, []);
}
