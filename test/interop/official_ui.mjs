// Opens pages of Temporal's own UI in Chromium, as a person would, and prints what went wrong as a JSON list:
// `official_ui.mjs ADDRESS PAGES`, PAGES a JSON list of `{path, shows}`, where `shows` are texts that the page has to show.
// CHROMIUM is the browser (/usr/bin/chromium); playwright-core is that of the Web UI's own tests (apps/web).
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../apps/web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const [address, pages] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid() === 0 ? ['--no-sandbox'] : [],
});
const problems = [];
try {
  for (const { path, shows } of JSON.parse(pages)) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const say = (what) => problems.push(`${path}: ${what}`);
    // The page asks nobody but its own server: nothing leaves this machine.
    await context.route('**', (route) =>
      new URL(route.request().url()).host === new URL(address).host ? route.continue() : route.abort(),
    );
    page.on('pageerror', (error) => say(`an exception: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') say(`an error in the console: ${message.text().split('\n')[0]}`);
    });
    page.on('response', (answer) => {
      if (answer.status() >= 400) say(`${answer.status()} for ${answer.request().method()} ${new URL(answer.url()).pathname}`);
    });
    await page.goto(address + path);
    for (const text of shows)
      await page
        .getByText(text)
        .filter({ visible: true })
        .first()
        .waitFor({ timeout: 30_000 })
        .catch(() => say(`it does not show ${text}`));
    await page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => undefined); // a page may go on asking
    await context.close();
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(problems));
