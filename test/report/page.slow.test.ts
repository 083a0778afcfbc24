import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportPage } from '../../src/report/page/page.js';
import { tempDir } from '../harness/index.js';
import { HOSTILE_NAMES, madeFacts } from './made-facts.js';

const PROGRAM = ['chromium', 'chromium-browser', 'google-chrome']
  .map((name) => spawnSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim())
  .find((file) => file !== '');

const WAYS: readonly (readonly [string, BrowserContextOptions])[] = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['narrow', { viewport: { width: 390, height: 800 } }],
  ['without script', { javaScriptEnabled: false }],
];

describe.skipIf(PROGRAM === undefined)(`in a browser${PROGRAM === undefined ? ' (needs Chromium)' : ''}`, () => {
  let browser: Browser;
  let file = '';
  // What axe looks at takes long for each node.
  let small = '';

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: PROGRAM ?? '', args: ['--no-sandbox'] });
    file = path.join(tempDir(), 'report.html');
    fs.writeFileSync(file, reportPage(madeFacts(6000)));
    small = path.join(tempDir(), 'small.html');
    fs.writeFileSync(small, reportPage(madeFacts(60)));
  });
  afterAll(() => browser.close());

  /** Opens the report, and listens to what it should not do: ask for anything, say anything, run what a name has. */
  async function open(options: BrowserContextOptions = {}, which = file): Promise<{ readonly page: Page; readonly wrong: string[] }> {
    const page = await (await browser.newContext(options)).newPage();
    const wrong: string[] = [];
    page.on('console', (message) => wrong.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => wrong.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      if (![`file://${which}`, 'data:,'].includes(request.url())) wrong.push(`request: ${request.url()}`);
    });
    await page.goto(`file://${which}`);
    return { page, wrong };
  }

  test.each(WAYS)('%s: it asks for nothing, says nothing, and no name becomes more than text', async (_way, options) => {
    const { page, wrong } = await open(options);
    expect(await page.title()).toMatch(/^Files on \d{4}-\d\d-\d\d$/);
    expect(await page.locator('img, iframe, object, embed, link:not([rel=icon])').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(1);
    expect(await page.locator('#table-largest-duplicates .path').count()).toBe(5);
    expect(wrong).toEqual([]);
    // Nothing is wider than the window.
    if (options.javaScriptEnabled !== false) {
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    }
    await page.context().close();
  });

  test.each(WAYS.slice(0, 3))('%s: axe finds nothing serious', async (_way, options) => {
    const { page } = await open({ ...options, bypassCSP: true }, small);
    await page.evaluate(axe.source);
    const found = await page.evaluate(`axe.run().then(({ violations }) => violations
      .filter(({ impact }) => ['serious', 'critical'].includes(impact))
      .map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200)))`);
    expect(found).toEqual([]);
    await page.context().close();
  });

  test('names are told as they are', async () => {
    const { page } = await open({ javaScriptEnabled: false });
    const shown = await page.locator('#table-largest-duplicates .path').allTextContents();
    expect(shown).toEqual(HOSTILE_NAMES.slice(0, 5).map((name) => `/projects/${name.replace('\n', '\\x0a')}`));
    await page.context().close();
  });

  test('the treemap zooms by mouse, and back by its trail', async () => {
    const { page, wrong } = await open();
    const whole = await page.locator('#map').getAttribute('viewBox');
    await page.locator('#map').click({ position: { x: 200, y: 300 } });
    expect(await page.locator('#map').getAttribute('viewBox')).not.toBe(whole);
    expect(await page.locator('#trail button').count()).toBe(2);
    const name = await page.locator('#trail button').nth(1).textContent();
    expect(await page.locator('#inside caption').textContent()).toContain(`In /projects/${name}: `);
    await page.locator('#trail button').first().click();
    expect(await page.locator('#map').getAttribute('viewBox')).toBe(whole);
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  test('the treemap zooms by keyboard, and the focus stays in it', async () => {
    const { page } = await open();
    const focused = (): Promise<unknown> => page.evaluate('document.activeElement.getAttribute("aria-label")');
    await page.locator('#map g[tabindex="0"]').focus();
    const first = await focused();
    await page.keyboard.press('ArrowRight');
    const second = await focused();
    expect(second).not.toBe(first);
    await page.keyboard.press('Enter');
    expect(await page.locator('#trail button').count()).toBe(2);
    expect(await focused()).not.toBe(second);
    await page.keyboard.press('Escape');
    expect(await focused()).toBe(second);
    await page.context().close();
  });

  test('a table is sorted by its titles, numbers by their value', async () => {
    const { page } = await open();
    const sizes = (): Promise<unknown> => page.evaluate(
      `[...document.querySelectorAll('#table-biggest-files tbody tr')].map((row) => Number(row.cells[1].dataset.v))`,
    );
    const title = page.locator('#table-biggest-files th').nth(1);
    await title.locator('button').click();
    expect(await title.getAttribute('aria-sort')).toBe('descending');
    const down = (await sizes()) as number[];
    expect(down).toEqual(down.toSorted((one, other) => other - one));
    await page.keyboard.press('Enter');
    expect(await title.getAttribute('aria-sort')).toBe('ascending');
    expect(await sizes()).toEqual(down.toReversed());
    await page.context().close();
  });

  test('a table shows only rows with what is asked for', async () => {
    const { page } = await open();
    const rows = page.locator('#table-biggest-files tbody tr');
    await page.locator('label:has-text("Biggest files") input').fill('RESULTS-1');
    const shown = await rows.filter({ visible: true }).allTextContents();
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.length).toBeLessThan(await rows.count());
    for (const text of shown) expect(text.toLowerCase()).toContain('results-1');
    await page.context().close();
  });

  test('printed, all rows are there, and nothing to operate', async () => {
    const { page } = await open();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.filter').first().isVisible()).toBe(false);
    const region = await page.locator('#table-biggest-files').evaluate((element) => element.scrollHeight <= element.clientHeight + 1);
    expect(region).toBe(true);
    await page.context().close();
  });

  test('the colours are by age once that is chosen, without a script, too', async () => {
    const { page } = await open({ javaScriptEnabled: false });
    await expect(page.locator('.legend.age').isVisible()).resolves.toBe(false);
    await page.locator('#by-age').check();
    await expect(page.locator('.legend.age').isVisible()).resolves.toBe(true);
    await expect(page.locator('.legend.growth').isVisible()).resolves.toBe(false);
    await page.context().close();
  });
});

test('the page of very many directories is small', () => {
  expect(Buffer.byteLength(reportPage(madeFacts(50_000)))).toBeLessThan(3_000_000);
});
