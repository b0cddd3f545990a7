// The workbench in a real browser: what is dragged and cut on the page gives
// what the command gives for the saved file.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser, program, root, testudo } from './browser.mjs';

const folder = mkdtempSync(join(tmpdir(), 'testudo-workbench-'));
let chrome, server, url;

before(async () => {
  server = spawn(program, ['serve', '--listen', '127.0.0.1:0', '--data', join(folder, 'data')], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  url = await new Promise((found, stop) => {
    let said = '';
    server.stdout.on('data', (d) => {
      said += d;
      const m = /http:\/\/[0-9.:]+\//.exec(said);
      if (m) found(m[0]);
    });
    server.on('exit', (code) => stop(new Error(`serve ended with ${code}`)));
  });
  chrome = await browser();
});

after(async () => {
  await chrome?.close();
  const ended = new Promise((done) => server.on('exit', done));
  server.kill('SIGTERM');
  assert.equal(await ended, 0, 'the server did not shut down in order');
  rmSync(folder, { recursive: true, force: true });
});

async function open({ hash = '', width = 1280, height = 800, scheme = 'light' } = {}) {
  const context = await chrome.newContext({ viewport: { width, height }, colorScheme: scheme, acceptDownloads: true });
  const tab = await context.newPage();
  const errors = [];
  tab.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
  tab.on('pageerror', (e) => errors.push(String(e)));
  tab.on('request', (r) => { if (!r.url().startsWith(url) && !/^(data|blob):/.test(r.url())) errors.push(`a request left: ${r.url()}`); });
  tab.on('dialog', (d) => { errors.push(`a dialog: ${d.message()}`); void d.dismiss(); });
  await tab.goto(`${url}${hash}`);
  return { tab, errors, context };
}

/** Waits until the last answer to what is on the screen is there. */
async function settled(tab, than) {
  await tab.waitForFunction((old) => window.testudo?.final && window.testudo.digest !== old, than, { timeout: 120000 });
  return tab.evaluate(() => window.testudo.digest);
}

async function figures(tab) {
  await tab.click('[data-testid=tab-result]');
  await tab.waitForSelector('[data-testid=runs][data-final=true]', { timeout: 120000 });
  return tab.$$eval('[data-testid^=step-]', (all) => Object.fromEntries(all.map((e) => [e.dataset.testid.slice(5), Number(e.dataset.value)])));
}

async function look(tab, name) {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(process.env.SCREENSHOTS, { recursive: true });
  await tab.waitForTimeout(2500);
  writeFileSync(join(process.env.SCREENSHOTS, `${name}.png`), await tab.screenshot());
}

/** What the command gives for a file that lies beside the shipped ones. */
function command(text) {
  const file = join(root, 'scenarios', `.workbench-${process.pid}.yaml`);
  writeFileSync(file, text);
  try {
    const d = JSON.parse(testudo('gain', file, '--json', '--quiet'));
    return { digest: d.scenario_digest, leakers: Object.fromEntries(d.result.postures.map((r) => [r.posture, r.leakers.value])) };
  } finally {
    rmSync(file);
  }
}

test('cut a link, drag a battery, undo, save, reload by link: the figures are those of the command', { timeout: 600000 }, async () => {
  const { tab, errors, context } = await open();
  await tab.selectOption('[data-testid=scenario]', 'gulf');
  await tab.waitForFunction(() => window.testudo?.state.scenario === 'gulf' && window.testudo.final, undefined, { timeout: 120000 });
  const first = await tab.evaluate(() => window.testudo.digest);
  const shipped = JSON.parse(testudo('gain', 'scenarios/gulf.yaml', '--json', '--quiet'));
  assert.equal(first, shipped.scenario_digest);
  assert.deepEqual(await figures(tab), Object.fromEntries(shipped.result.postures.map((r) => [r.posture, r.leakers.value])));
  await look(tab, 'gulf');

  // Cut a link.
  await tab.click('[data-testid=tab-agreements]');
  await look(tab, 'agreements');
  await tab.click('[data-testid=cut-SAU-USA]');
  const cut = await settled(tab, first);
  const afterCut = await figures(tab);
  assert.notDeepEqual(afterCut, Object.fromEntries(shipped.result.postures.map((r) => [r.posture, r.leakers.value])), 'a cut link changes nothing');

  // Drag the first THAAD battery a finger's width.
  const id = await tab.evaluate(async () => {
    const r = await fetch('/api/v1/theatre', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ scenario: 'gulf' }) });
    const t = await r.json();
    return t.batteries.map((b) => b.id).find((b) => b.includes('thaad') && window.testudo.project(b));
  });
  assert.ok(id, 'no THAAD battery on the map');
  const at = await tab.evaluate((b) => window.testudo.project(b), id);
  await tab.mouse.move(at.x, at.y);
  await tab.mouse.down();
  await tab.mouse.move(at.x + 25, at.y + 10, { steps: 4 });
  await tab.mouse.move(at.x + 40, at.y + 20, { steps: 4 });
  await tab.mouse.up();
  const dragged = await settled(tab, cut);
  const state = await tab.evaluate(() => window.testudo.state);
  assert.match(state.overlay, /cut:/);
  assert.match(state.overlay, new RegExp(`at: \\[`), state.overlay);

  // The overlay as a file gives the same figures, and the same digest.
  const here = await figures(tab);
  const cli = command(state.overlay);
  assert.equal(dragged, cli.digest);
  assert.deepEqual(here, cli.leakers);

  // Undo and redo.
  await tab.click('[data-testid=undo]');
  assert.equal(await settled(tab, dragged), cut);
  assert.deepEqual(await figures(tab), afterCut);
  await tab.click('[data-testid=redo]');
  assert.equal(await settled(tab, cut), dragged);

  // The link alone brings it back, in another window.
  const hash = await tab.evaluate(() => location.hash);
  const other = await open({ hash });
  assert.equal(await settled(other.tab, ''), dragged);
  assert.deepEqual(other.errors, []);
  await other.context.close();

  // Save it, and find it in the list.
  await tab.click('[data-testid=save-as]');
  await tab.fill('[data-testid=save-name]', 'Gulf, one link fewer');
  await tab.click('[data-testid=save]');
  await tab.waitForFunction(() => window.testudo.state.scenario.startsWith('u-') && window.testudo.final, undefined, { timeout: 120000 });
  assert.deepEqual(await figures(tab), here);
  assert.ok((await tab.textContent('[data-testid=scenario]')).includes('Gulf, one link fewer'));
  assert.deepEqual(errors, []);
  await context.close();
});

test('a run is played, the text is in step, a study is kept and exported', { timeout: 600000 }, async () => {
  const { tab, errors, context } = await open({ scheme: 'dark' });
  const first = await settled(tab, '');

  // Replay.
  await tab.click('[data-testid=tab-replay]');
  await tab.selectOption('[data-testid=pick]', 'worst');
  await tab.click('[data-testid=load-replay]');
  await tab.waitForFunction(() => document.querySelectorAll('[data-testid=events] li').length > 50, undefined, { timeout: 60000 });
  assert.match(await tab.textContent('[data-testid=replay-run]'), /\d+ killed, \d+ arrive/);
  await tab.click('[data-testid=play]');
  await tab.waitForFunction(() => parseInt(document.querySelector('[data-testid=replay-time]').textContent) > 60, undefined, { timeout: 60000 });
  await tab.click('[data-testid=play]');
  await look(tab, 'replay-dark');

  // A wrong text is told where it is wrong; a right one moves the map.
  await tab.click('[data-testid=tab-text]');
  await tab.click('.cm-content');
  await tab.keyboard.insertText('testudo: 1\ninclude: northeast-asia-2014.yaml\ncommands:\n  JPN: {salvos: 1}\n');
  await tab.waitForFunction(() => document.querySelector('[data-testid=faults]').textContent.includes('salvo'), undefined, { timeout: 30000 });
  assert.match(await tab.textContent('[data-testid=faults]'), /line 4: commands\.JPN/);
  assert.equal(await tab.evaluate(() => window.testudo.digest), first, 'a wrong text is not played');
  await look(tab, 'text-dark');
  await tab.keyboard.press('Control+a');
  await tab.keyboard.insertText('testudo: 1\ninclude: northeast-asia-2014.yaml\ncommands:\n  JPN: {salvo: 1}\n');
  await settled(tab, first);

  // Compare: one round against two, over the same dice.
  await tab.click('[data-testid=tab-compare]');
  await tab.click('[data-testid=run-compare]');
  await tab.waitForSelector('[data-testid=compare] table', { timeout: 60000 });
  assert.match(await tab.textContent('[data-testid=compare] table'), /significant at 95 %/);

  await tab.click('[data-testid=overlay-footprints]');
  await tab.waitForFunction(() => /dashed alone, [\d ]+ km²; full mutual, [\d ]+ km²/.test(document.getElementById('status').textContent), undefined, { timeout: 120000 });

  // What a battery defends, and where its figures come from.
  await tab.click('[data-testid=tab-details]');
  await tab.selectOption('[data-testid=units]', 'guam-thaad');
  await tab.click('[data-testid=footprint-guam-thaad]');
  await tab.waitForFunction(() => /can shoot at/.test(document.getElementById('status').textContent), undefined, { timeout: 120000 });
  assert.match(await tab.textContent('[data-testid=details]'), /Figures of the catalogue/);
  await look(tab, 'details-dark');

  // A study is started, ends, and its report is downloaded.
  await tab.click('[data-testid=tab-studies]');
  await tab.fill('[data-testid=study-runs]', '300');
  await tab.click('[data-testid=start-study]');
  await tab.waitForSelector('.study[data-state=done] [data-testid="file-report.html"]', { timeout: 120000 });
  const [download] = await Promise.all([tab.waitForEvent('download'), tab.click('[data-testid="file-report.html"]')]);
  const report = readFileSync(await download.path(), 'utf8');
  assert.match(report, /Northeast Asia, December 2014/);

  // Two studies beside each other.
  await tab.fill('[data-testid=study-runs]', '200');
  await tab.click('[data-testid=start-study]');
  await tab.waitForFunction(() => document.querySelectorAll('.study[data-state=done] input[data-study]').length === 2, undefined, { timeout: 120000 });
  await tab.locator('input[data-study]').nth(0).check();
  await tab.locator('input[data-study]').nth(1).check();
  await tab.waitForSelector('[data-testid=studies-compared] table', { timeout: 30000 });
  assert.match(await tab.textContent('[data-testid=studies-compared]'), /200 runs.*300 runs|300 runs.*200 runs/);
  await look(tab, 'studies-dark');
  assert.deepEqual(errors, []);
  await context.close();
});

test('hostile names stay words; the page fits a phone; every control has a name', { timeout: 300000 }, async () => {
  const { tab, errors, context } = await open({ width: 390, height: 844 });
  await settled(tab, '');
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 1, `the page is ${wide} pixels wider than the phone`);
  await look(tab, 'phone');

  const hostile = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</scr' + 'ipt>';
  const saved = await tab.evaluate(async (name) => {
    const text = `testudo: 1\nname: ${JSON.stringify(name)}\ninclude: gulf.yaml\nbatteries:\n  ${'are-1'}: null\n`;
    const body = (t) => JSON.stringify({ name, text: t });
    const go = (t) => fetch('/api/v1/scenarios', { method: 'POST', headers: { 'content-type': 'application/json' }, body: body(t) });
    const bad = await go(text);
    const good = await go(text.split('batteries:')[0] + `assets:\n  abu-dhabi: {name: ${JSON.stringify(name)}}\n`);
    return { bad: bad.status, good: good.status, words: good.ok ? (await good.json()).id : await good.text() };
  }, hostile);
  assert.equal(saved.good, 201, saved.words);
  await tab.reload();
  await tab.waitForSelector(`[data-testid=scenario] option[value="${saved.words}"]`, { state: 'attached' });
  await tab.selectOption('[data-testid=scenario]', saved.words);
  await tab.waitForFunction((id) => window.testudo?.state.scenario === id && window.testudo.final, saved.words, { timeout: 120000 });
  for (const t of ['details', 'agreements', 'warning', 'replay', 'text', 'studies', 'result']) {
    await tab.click(`[data-testid=tab-${t}]`);
    await tab.waitForTimeout(300);
    const nameless = await tab.$$eval('button, select, input, textarea, a', (all) => all.filter((e) => e.getClientRects().length && !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length || e.title)).map((e) => e.outerHTML.slice(0, 120)));
    assert.deepEqual(nameless, [], `controls without a name under ${t}`);
  }
  assert.equal(await tab.evaluate(() => window.hurt), undefined);
  assert.equal(await tab.$$eval('img[src="x"]', (all) => all.length), 0);
  assert.deepEqual(errors.filter((e) => !/422/.test(e)), []);
  await context.close();
});
