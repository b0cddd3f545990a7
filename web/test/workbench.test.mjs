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

async function open({ hash = '', width = 1280, height = 800, scheme = 'light', init } = {}) {
  const context = await chrome.newContext({ viewport: { width, height }, colorScheme: scheme, acceptDownloads: true });
  if (init) await context.addInitScript(init);
  const tab = await context.newPage();
  const errors = [];
  tab.on('console', (m) => m.type() === 'error' && errors.push(`${m.text()} ${m.location().url}`));
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

const steps = (c) => Object.fromEntries(c.postures.map((r) => [r.posture, r.leakers.value]));

async function choose(tab, scenario) {
  await tab.selectOption('[data-testid=scenario]', scenario);
  await tab.waitForFunction((id) => window.testudo?.state.scenario === id && window.testudo.final, scenario, { timeout: 120000 });
}

/** A quiet map: clicks hit what stands there, not what is being drawn. */
async function still(tab) {
  await tab.waitForFunction(() => !document.querySelector('[data-testid=seen]').textContent.startsWith('Working'), undefined, { timeout: 60000 });
  await tab.waitForTimeout(300);
}

/** Waits until the text editor offers a word: what it offered for what had been typed before may still be there. */
const offered = (tab, word) => tab.locator('.cm-tooltip-autocomplete', { hasText: word }).waitFor({ timeout: 10000 });

test('cut a link on the map, drag a battery, set figures, undo, save, reload by link: the figures are those of the command', { timeout: 600000 }, async () => {
  const { tab, errors, context } = await open();
  await choose(tab, 'europe-epaa');
  const first = await tab.evaluate(() => window.testudo.digest);
  const shipped = JSON.parse(testudo('gain', 'scenarios/europe-epaa.yaml', '--json', '--quiet'));
  assert.equal(first, shipped.scenario_digest);
  assert.deepEqual(await figures(tab), steps(shipped.result));
  await still(tab);
  await look(tab, 'europe');

  // A line of the graph is clicked, and cut.
  const line = await tab.evaluate(() => window.testudo.project('USA GRC'));
  assert.ok(line, 'the link from the United States to Greece is not on the map');
  await tab.mouse.click(line.x, line.y);
  await tab.waitForSelector('[data-testid=edge]:not([hidden])', { timeout: 30000 });
  assert.match(await tab.textContent('[data-testid=edge]'), /GRC/);
  await look(tab, 'edge');
  await tab.click('[data-testid=edge-cut]');
  const cut = await settled(tab, first);
  const afterCut = await figures(tab);
  assert.notDeepEqual(afterCut, steps(shipped.result), 'a cut link changes nothing');
  assert.match(await tab.textContent('.stairs'), /was /, 'what it was before is not shown');
  await tab.keyboard.press('Escape');

  // A ship is dragged a finger's width.
  await still(tab);
  const at = await tab.evaluate(() => window.testudo.project('ddg-aegean-sm-3'));
  assert.ok(at, 'no ship on the map');
  await tab.mouse.move(at.x, at.y);
  await tab.mouse.down();
  await tab.mouse.move(at.x + 25, at.y + 10, { steps: 4 });
  await tab.mouse.move(at.x + 40, at.y + 50, { steps: 4 });
  await tab.mouse.up();
  const dragged = await settled(tab, cut);
  assert.match(await tab.evaluate(() => window.testudo.state.overlay), /at: \[/);

  // A count, a doctrine, and a figure of the catalogue beyond its range.
  await tab.click('[data-testid=tab-details]');
  await tab.fill('[data-path="batteries.ddg-aegean-sm-3.interceptors"]', '5');
  await tab.keyboard.press('Tab');
  const counted = await settled(tab, dragged);
  await tab.locator('summary', { hasText: 'Figures of sm-3-ib' }).first().click();
  await tab.fill('[data-path="catalog.sm-3-ib.figures.kill-probability"]', '0.95');
  await tab.keyboard.press('Tab');
  const set = await settled(tab, counted);
  assert.match(await tab.textContent('[data-testid=details]'), /beyond its range/);
  await tab.click('[data-testid=tab-result]');
  await tab.click('[data-testid=doctrine] summary');
  await tab.selectOption('[data-path="commands.ROU.fire"]', 'salvo');
  const fought = await settled(tab, set);
  assert.ok(await tab.evaluate(() => document.querySelector('[data-testid=doctrine]').open), 'what was unfolded is folded again');

  // The overlay as a file gives the same figures, and the same digest.
  const overlay = await tab.evaluate(() => window.testudo.state.overlay);
  const here = await figures(tab);
  const cli = command(overlay);
  assert.equal(fought, cli.digest);
  assert.deepEqual(here, cli.leakers);
  assert.ok(overlay.length < 700, `the overlay is not minimal:\n${overlay}`);

  // Undo all, redo all.
  let now = fought;
  for (const before of [set, counted, dragged, cut]) {
    await tab.click('[data-testid=undo]');
    now = await settled(tab, now);
    assert.equal(now, before);
  }
  assert.deepEqual(await figures(tab), afterCut);
  for (const after of [dragged, counted, set, fought]) {
    await tab.click('[data-testid=redo]');
    now = await settled(tab, now);
    assert.equal(now, after);
  }

  // The link alone brings it back, in another window, seen as it was.
  await tab.click('[data-testid=tab-agreements]');
  await tab.selectOption('[data-testid=posture]', 'nato');
  const hash = await tab.evaluate(() => location.hash);
  const other = await open({ hash });
  assert.equal(await settled(other.tab, ''), fought);
  assert.equal(await other.tab.getAttribute('[data-testid=tab-agreements]', 'aria-selected'), 'true');
  assert.equal(await other.tab.inputValue('[data-testid=posture]'), 'nato');
  assert.deepEqual(other.errors, []);
  await other.context.close();

  // Save it, find it in the list; a further cut there leaves the first in place.
  await tab.click('[data-testid=save-as]');
  await tab.fill('[data-testid=save-name]', 'Europe, one link fewer');
  const [file] = await Promise.all([tab.waitForEvent('download'), tab.click('[data-testid=download]')]);
  const text = readFileSync(await file.path(), 'utf8');
  assert.match(text, /^testudo: 1\nname: Europe, one link fewer\ninclude: europe-epaa.yaml\n/);
  assert.deepEqual(command(text).leakers, here);
  await tab.click('[data-testid=save-as]');
  await tab.fill('[data-testid=save-name]', 'Europe, one link fewer');
  await tab.click('[data-testid=save]');
  await tab.waitForFunction(() => window.testudo.state.scenario.startsWith('u-') && window.testudo.final, undefined, { timeout: 120000 });
  assert.deepEqual(await figures(tab), here);
  assert.ok((await tab.textContent('[data-testid=scenario]')).includes('Europe, one link fewer'));
  await tab.click('[data-testid=tab-agreements]');
  await tab.click('[data-testid=cut-USA-ROU], [data-testid=cut-ROU-USA]');
  await settled(tab, await tab.evaluate(() => window.testudo.digest)).catch(() => {});
  const off = await tab.$$eval('[data-testid=agreements] .link.off', (all) => all.map((e) => e.textContent));
  assert.equal(off.length, 2, `cut: ${off}`);
  assert.deepEqual(errors, []);
  await context.close();
});

test('a run is played, the text is in step, a study is kept and exported', { timeout: 600000 }, async () => {
  const { tab, errors, context } = await open({ scheme: 'dark' });
  await choose(tab, 'europe-epaa');
  const first = await tab.evaluate(() => window.testudo.digest);

  // Replay: one in which a place is hit, and the story of one missile, which is what explain says.
  await tab.click('[data-testid=tab-replay]');
  await tab.selectOption('[data-testid=pick]', 'hit adana');
  await tab.click('[data-testid=load-replay]');
  await tab.waitForFunction(() => document.querySelectorAll('[data-testid=events] li').length > 30, undefined, { timeout: 60000 });
  const run = /Run (\d+) of posture ([\w-]+), seed (\d+): \d+ killed, \d+ arrive/.exec(await tab.textContent('[data-testid=replay-run]'));
  assert.ok(run, 'the run is not described');
  const lost = await tab.$$eval('[data-testid=events-of] option', (all) => all.find((o) => o.textContent.endsWith('arrives'))?.value);
  assert.ok(lost, 'no missile arrives in a run in which a place is hit');
  await tab.selectOption('[data-testid=events-of]', lost);
  const told = await tab.$$eval('[data-testid=events] li:not([hidden])', (all) => all.map((e) => e.textContent));
  const explained = testudo('explain', 'scenarios/europe-epaa.yaml', '--posture', run[2], '--missile', lost, '--run', run[1]);
  const words = told.filter((x) => x.includes(lost)).map((x) => x.slice(x.indexOf(': ') + 2));
  assert.ok(words.length > 3, told.join('\n'));
  const missing = words.filter((x) => !explained.replaceAll(/\s+/g, ' ').includes(x.split(',')[0].trim()));
  assert.ok(missing.length <= words.length / 3, `explain does not say:\n${missing.join('\n')}\nbut:\n${explained}`);
  await tab.click('[data-testid=play]');
  await tab.waitForFunction(() => parseInt(document.querySelector('[data-testid=replay-time]').textContent) > 60, undefined, { timeout: 60000 });
  await tab.click('[data-testid=play]');
  await look(tab, 'replay-dark');

  // The legend takes away of a run what it takes away of the theatre, and gives it back.
  const all = await tab.evaluate(() => window.testudo.played());
  assert.ok(all.missile > 5 && all.link > 3 && all.field > 3, JSON.stringify(all));
  for (const [layer, kinds] of [['links', ['link', 'message']], ['arcs', ['missile']], ['coverage', ['field']]]) {
    await tab.uncheck(`#legend .on-${layer} input`);
    const left = await tab.evaluate(() => window.testudo.played());
    for (const k of kinds) assert.ok((left[k] ?? 0) < (layer === 'arcs' ? all[k] / 2 : 1), `${k} without ${layer}: ${JSON.stringify(left)}`);
    assert.equal(left.sensor, all.sensor, 'radars themselves stay');
    await tab.check(`#legend .on-${layer} input`);
  }
  assert.deepEqual(await tab.evaluate(() => window.testudo.played()), all);

  // A wrong text is told where it is wrong; a right one moves the map.
  await tab.click('[data-testid=tab-text]');
  await tab.click('.cm-content');
  assert.match(await tab.textContent('.cm-content'), /include: europe-epaa.yaml/);
  const write = async (text) => {
    await tab.keyboard.press('Control+a');
    await tab.keyboard.insertText(text);
  };
  await write('testudo: 1\ninclude: europe-epaa.yaml\ncommands:\n  ROU: {salvos: 1}\n');
  await tab.waitForFunction(() => document.querySelector('[data-testid=faults]').textContent.includes('salvo'), undefined, { timeout: 30000 });
  assert.match(await tab.textContent('[data-testid=faults]'), /line 4: commands\.ROU/);
  assert.ok(await tab.$('.cm-lintRange-error'), 'the error is not marked where it stands');
  assert.equal(await tab.evaluate(() => window.testudo.digest), first, 'a wrong text is not played');
  await look(tab, 'text-dark');
  await write('testudo: 1\ninclude: europe-epaa.yaml\ncommands:\n  ROU: {salvo: 1}\n');
  await settled(tab, first);
  // Completion knows the keys of a command.
  await tab.keyboard.press('Control+End');
  await tab.keyboard.type('  GRC: {sal');
  await tab.keyboard.press('Control+Space');
  await offered(tab, 'salvo');
  await tab.keyboard.press('Escape');

  // Compare: two postures, then another scenario, over the same dice.
  await tab.click('[data-testid=tab-compare]');
  await tab.click('[data-testid=run-compare]');
  await tab.waitForSelector('[data-testid=compare] table', { timeout: 60000 });
  assert.match(await tab.textContent('[data-testid=compare] table'), /significant at 95 %/);
  await tab.click('[data-testid=overlay-footprints]');
  await tab.waitForFunction(() => /dashed national, [\d\s]+ km²; full nato-joint, [\d\s]+ km²/.test(document.getElementById('status').textContent), undefined, { timeout: 120000 });
  await tab.selectOption('[data-testid=variant-a]', 'europe-epaa-phase-1');
  await tab.waitForFunction(() => document.querySelector('[data-testid=compare-a]').value !== '', undefined, { timeout: 60000 });
  await tab.click('[data-testid=run-compare]');
  await tab.waitForFunction(() => !document.querySelector('[data-testid=compare] caption').textContent.startsWith('national against'), undefined, { timeout: 60000 });
  await look(tab, 'compare-dark');

  // What a battery defends, what a radar sees, and where their figures come from.
  await tab.click('[data-testid=tab-details]');
  await tab.selectOption('[data-testid=units]', 'deveselu-spy');
  await tab.click('[data-testid=footprint-deveselu]');
  await tab.waitForFunction(() => /can shoot at/.test(document.getElementById('status').textContent), undefined, { timeout: 120000 });
  assert.match(await tab.textContent('[data-testid=details]'), /Figures of the catalogue/);
  await tab.locator('[data-testid^=radar-]').first().click();
  await tab.waitForFunction(() => /pointed by others over/.test(document.getElementById('status').textContent), undefined, { timeout: 60000 });
  await look(tab, 'details-dark');

  // Warning times follow.
  await tab.click('[data-testid=tab-warning]');
  await tab.waitForSelector('[data-testid=warning] svg.flight', { timeout: 60000 });

  // A study is started, ends, and its report is downloaded.
  await tab.click('[data-testid=tab-studies]');
  await tab.fill('[data-testid=study-runs]', '300');
  await tab.click('[data-testid=start-study]');
  await tab.waitForSelector('.study[data-state=done] [data-testid="file-report.html"]', { timeout: 120000 });
  const [download] = await Promise.all([tab.waitForEvent('download'), tab.click('[data-testid="file-report.html"]')]);
  const report = readFileSync(await download.path(), 'utf8');
  assert.match(report, /phased adaptive approach/);

  // The whole report of what it asks, with maps and what would flip it.
  assert.match(report, /id="map/);
  await tab.click('[data-testid=full-report]');
  await tab.waitForFunction(() => document.querySelectorAll('.study[data-state=done]').length === 2, undefined, { timeout: 180000 });
  const [shown] = await Promise.all([context.waitForEvent('page'), tab.locator('[data-testid="file-report.html-view"]').first().click()]);
  await shown.waitForLoadState();
  assert.match(await shown.textContent('body'), /What would flip/i);
  await shown.close();

  // One that takes long is cancelled.
  await tab.fill('[data-testid=study-runs]', '900000');
  await tab.click('[data-testid=start-study]');
  await tab.click('[data-testid=cancel]');
  await tab.waitForFunction(() => !document.querySelector('.study[data-state=running], .study[data-state=queued]'), undefined, { timeout: 60000 });

  // Two studies beside each other.
  await tab.fill('[data-testid=study-runs]', '200');
  await tab.click('[data-testid=start-study]');
  await tab.waitForFunction(() => document.querySelectorAll('.study[data-state=done] input[data-study]').length === 3, undefined, { timeout: 120000 });
  await tab.locator('input[data-study]').nth(0).check();
  await tab.locator('input[data-study]').nth(2).check();
  await tab.waitForSelector('[data-testid=studies-compared] table', { timeout: 30000 });
  assert.match(await tab.textContent('[data-testid=studies-compared]'), /200\s*runs.*300\s*runs|300\s*runs.*200\s*runs/);
  await look(tab, 'studies-dark');
  assert.deepEqual(errors, []);
  await context.close();
});

/** What axe-core finds serious. */
async function serious(tab) {
  await tab.evaluate(axe);
  const r = await tab.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return r.violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 100)).join(' | ')}`);
}
const axe = readFileSync(join(root, 'web', 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');

test('fire control and mutual defence are switched off and on, a group of the raid is changed: the figures are those of the command', { timeout: 600000 }, async () => {
  const { tab, errors, context } = await open();
  await choose(tab, 'northeast-asia-2014');
  const head = 'testudo: 1\ninclude: northeast-asia-2014.yaml\n';
  const overlay = () => tab.evaluate(() => window.testudo.state.overlay);
  const badges = (kind) => tab.$$eval(`.graph .${kind}`, (all) => all.length);
  let now = await tab.evaluate(() => window.testudo.digest);
  const shipped = await figures(tab);
  /** Does something that changes the question, and waits for its answer. */
  const after = async (what) => {
    await what();
    await tab.waitForFunction((old) => window.testudo.settled && window.testudo.digest !== old, now, { timeout: 120000 });
    now = await tab.evaluate(() => window.testudo.digest);
  };
  await tab.selectOption('[data-testid=posture]', 'mutual');
  await tab.click('[data-testid=tab-agreements]');
  await tab.waitForSelector('[data-testid=shoots-JPN-KOR]');
  assert.deepEqual([await badges('joint'), await badges('shield')], [3, 6]);

  // One nation leaves the fire control, which the others keep; then it is gone.
  await after(() => tab.selectOption('[data-testid=control-JPN]', { label: 'nobody' }));
  assert.equal(await overlay(), `${head}cut: [{joint-fire-control: JPN, in: mutual}]\n`);
  assert.equal(await badges('joint'), 1);
  assert.equal(await tab.$eval('[data-testid=control-KOR]', (e) => e.selectedOptions[0].textContent), 'USA');
  await after(() => tab.selectOption('[data-testid=control-KOR]', { label: 'nobody' }));
  assert.equal(await badges('joint'), 0);

  // Nobody shoots for another any more: by keyboard, one after the other.
  for (const [by, of] of [['JPN', 'KOR'], ['JPN', 'USA'], ['KOR', 'JPN'], ['KOR', 'USA'], ['USA', 'JPN'], ['USA', 'KOR']]) {
    await tab.focus(`[data-testid=shoots-${by}-${of}]`);
    await after(() => tab.keyboard.press('Space'));
    assert.equal(await tab.evaluate(() => document.activeElement.dataset.testid), `shoots-${by}-${of}`, 'the focus is lost');
  }
  assert.equal(await badges('shield'), 0);
  const off = await overlay();
  assert.equal(off, `${head}cut:\n  - {joint-fire-control: [JPN, KOR], in: mutual}\n  - {by: JPN, of: [KOR, USA], in: mutual}\n  - {by: KOR, of: [JPN, USA], in: mutual}\n  - {by: USA, of: [JPN, KOR], in: mutual}\n`);
  await look(tab, 'agreements-off');
  const here = await figures(tab);
  const cli = command(off);
  assert.equal(now, cli.digest);
  assert.deepEqual(here, cli.leakers);
  assert.equal(here.mutual, here['engage-on-remote'], 'with neither, the last step is the one with the same links');
  assert.notEqual(here.mutual, shipped.mutual);
  assert.deepEqual({ ...here, mutual: 0 }, { ...shipped, mutual: 0 }, 'another posture has changed');

  // The text says so, and what is written there is switched on the page.
  await tab.click('[data-testid=tab-text]');
  assert.match(await tab.textContent('.cm-content'), /joint-fire-control: \[JPN, KOR\], in: mutual/);
  await tab.click('.cm-content');
  await tab.keyboard.press('Control+a');
  await after(() => tab.keyboard.insertText(`${head}mutual-defence:\n  - {by: USA, of: JPN, in: joint} # a first step\n`));
  await tab.keyboard.press('Control+End');
  await tab.keyboard.type('cut: [{jo');
  await tab.keyboard.press('Control+Space');
  await offered(tab, 'joint-fire-control');
  await tab.keyboard.press('Escape');
  await tab.selectOption('[data-testid=posture]', 'joint');
  await tab.click('[data-testid=tab-agreements]');
  assert.ok(await tab.isChecked('[data-testid=shoots-USA-JPN]'));
  assert.ok(!(await tab.isChecked('[data-testid=shoots-JPN-USA]')));
  assert.equal(await badges('shield'), 1);
  await after(() => tab.check('[data-testid=shoots-USA-KOR]'));
  assert.match(await overlay(), /\{by: USA, of: \[JPN, KOR\], in: joint\}/);
  const stepped = command(await overlay());
  assert.deepEqual(await figures(tab), stepped.leakers);

  // Undone to the start nothing is left, and the same by hand.
  while (await tab.isEnabled('[data-testid=undo]')) await after(() => tab.click('[data-testid=undo]'));
  assert.equal(await overlay(), '');
  assert.deepEqual(await figures(tab), shipped);
  await after(() => tab.click('[data-testid=redo]'));
  await tab.selectOption('[data-testid=posture]', 'mutual');
  await tab.click('[data-testid=tab-agreements]');
  await after(() => tab.selectOption('[data-testid=control-JPN]', { label: 'KOR, USA' }));
  assert.equal(await overlay(), '');

  // A line of the map has it all; a filtered link beside a higher one is lowered with it.
  await tab.selectOption('[data-testid=posture]', 'tisa-2014');
  await still(tab);
  for (const id of ['USA JPN', 'JPN USA', 'USA KOR', 'KOR USA']) {
    const line = await tab.evaluate((x) => window.testudo.project(x), id);
    if (line) await tab.mouse.click(line.x, line.y);
    if (await tab.isVisible('[data-testid=edge]')) break;
    // A unit stands on it: the line is offered beside it.
    const beside = tab.locator('button', { hasText: /^link / });
    if (await beside.count()) { await beside.first().click(); break; }
  }
  await tab.waitForSelector('[data-testid=edge]:not([hidden])');
  const ally = /JPN/.test(await tab.textContent('[data-testid=edge] h3')) ? 'JPN' : 'KOR';
  assert.match(await tab.textContent('[data-testid=edge]'), /warning after 60 s, only .*kittaeryong.*may be passed on/);
  await after(() => tab.selectOption(`[data-testid=edge-${ally}-USA]`, 'none'));
  assert.equal(await overlay(), `${head}cut: [{from: ${ally}, to: USA, in: tisa-2014}]\n`);
  assert.equal(await tab.inputValue(`[data-testid=edge-${ally}-USA]`), 'none');
  await after(() => tab.check(`[data-testid=edge-shoots-USA-${ally}]`));
  await after(() => tab.selectOption(`[data-testid=edge-control-${ally}]`, 'USA'));
  assert.equal(await overlay(), `${head}joint-fire-control: [{nations: [${ally}, USA], in: tisa-2014}]\nmutual-defence: [{by: USA, of: ${ally}, in: tisa-2014}]\ncut: [{from: ${ally}, to: USA, in: tisa-2014}]\n`);
  assert.deepEqual([await badges('joint'), await badges('shield')], [1, 1]);
  assert.deepEqual(await serious(tab), [], 'in the panel of a line');
  await look(tab, 'edge-all');
  await tab.keyboard.press('Escape');
  while (await tab.isEnabled('[data-testid=undo]')) await after(() => tab.click('[data-testid=undo]'));

  // A group of the raid: how many, and at what. What is typed while answers come stays; no switch is lost.
  await tab.selectOption('[data-testid=posture]', 'tisa-2014');
  await tab.click('[data-testid=tab-agreements]');
  await tab.evaluate(() => { for (const id of ['shoots-JPN-KOR', 'shoots-KOR-JPN', 'shoots-USA-JPN']) document.querySelector(`[data-testid=${id}]`).click(); });
  await tab.waitForFunction((text) => window.testudo.state.overlay === text, `${head}mutual-defence:\n  - {by: JPN, of: KOR, in: tisa-2014}\n  - {by: KOR, of: JPN, in: tisa-2014}\n  - {by: USA, of: JPN, in: tisa-2014}\n`, { timeout: 30000 });
  await tab.click('[data-testid=tab-result]');
  await tab.click('[data-testid=raid-groups] > summary');
  await tab.fill('[data-path="raids.opening-salvo.groups.0.count"]', '13');
  await tab.keyboard.press('Tab');
  await tab.fill('[data-path="raids.opening-salvo.groups.1.count"]', '0');
  await tab.keyboard.type('014', { delay: 1500 });
  assert.equal(await tab.inputValue('[data-path="raids.opening-salvo.groups.1.count"]'), '0014');
  await tab.keyboard.press('Enter');
  await tab.waitForFunction(() => /0: \{count: 13\}\n {6}1: \{count: 14\}\n/.test(window.testudo.state.overlay), undefined, { timeout: 30000 });
  now = await settled(tab, now);
  while (await tab.isEnabled('[data-testid=undo]')) await after(() => tab.click('[data-testid=undo]'));
  await tab.fill('[data-path="raids.opening-salvo.groups.2.count"]', '30');
  await after(() => tab.keyboard.press('Tab'));
  await tab.locator('summary', { hasText: 'Aimed at tokyo, yokota-ab' }).click();
  await tab.fill('[data-path="raids.opening-salvo.groups.2.at.tokyo"]', '0.5');
  await after(() => tab.keyboard.press('Tab'));
  const raid = await overlay();
  assert.equal(raid, `${head}raids:\n  opening-salvo:\n    groups:\n      2: {count: 30, at: {tokyo: 0.5}}\n`);
  assert.match(await tab.textContent('[data-testid=raid-groups]'), /30 × Nodong/);
  assert.deepEqual(await serious(tab), [], 'with the raid unfolded');
  await look(tab, 'raid-groups');
  const more = await figures(tab);
  assert.ok(more.alone > shipped.alone);
  const same = command(raid);
  assert.equal(now, same.digest);
  assert.deepEqual(more, same.leakers);
  await tab.fill('[data-path="raids.opening-salvo.groups.2.count"]', '');
  await after(() => tab.keyboard.press('Tab'));
  await tab.fill('[data-path="raids.opening-salvo.groups.2.at.tokyo"]', '');
  await after(() => tab.keyboard.press('Tab'));
  assert.equal(await overlay(), '');
  assert.deepEqual(errors, []);
  await context.close();
});

test('hostile names stay words; the page fits a phone; axe-core finds nothing serious, in light and in dark', { timeout: 400000 }, async () => {
  const { tab, errors, context } = await open({ width: 390, height: 844 });
  await tab.waitForFunction(() => window.testudo?.state.scenario, undefined, { timeout: 60000 });
  const hostile = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</scr' + 'ipt>';
  const saved = await tab.evaluate(async (name) => {
    const text = `testudo: 1\nname: ${JSON.stringify(name)}\ninclude: europe-epaa.yaml\nbatteries:\n  ${'are-1'}: null\n`;
    const body = (t) => JSON.stringify({ name, text: t });
    const go = (t) => fetch('/api/v1/scenarios', { method: 'POST', headers: { 'content-type': 'application/json' }, body: body(t) });
    const bad = await go(text);
    const good = await go(text.split('batteries:')[0] + `assets:\n  ankara: {name: ${JSON.stringify(name)}}\nbatteries:\n  deveselu: {name: ${JSON.stringify(name)}}\n`);
    return { bad: bad.status, good: good.status, words: good.ok ? (await good.json()).id : await good.text() };
  }, hostile);
  assert.equal(saved.good, 201, saved.words);
  await tab.reload();
  await tab.waitForSelector(`[data-testid=scenario] option[value="${saved.words}"]`, { state: 'attached' });
  await choose(tab, saved.words);
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 1, `the page is ${wide} pixels wider than the phone`);
  await look(tab, 'phone');
  for (const t of ['details', 'agreements', 'compare', 'warning', 'replay', 'text', 'studies', 'result']) {
    await tab.click(`[data-testid=tab-${t}]`);
    await tab.waitForTimeout(300);
    if (t === 'details') await tab.selectOption('[data-testid=units]', 'deveselu-spy');
    if (t === 'replay') {
      await tab.click('[data-testid=load-replay]');
      await tab.waitForSelector('[data-testid=events] li', { timeout: 60000 });
    }
    if (t === 'warning') await tab.waitForSelector('[data-testid=warning]', { timeout: 60000 });
    assert.deepEqual(await serious(tab), [], `under ${t}, light, on a phone`);
    await tab.emulateMedia({ colorScheme: 'dark' });
    assert.deepEqual(await serious(tab), [], `under ${t}, dark, on a phone`);
    await tab.emulateMedia({ colorScheme: 'light' });
  }
  assert.equal(await tab.evaluate(() => window.hurt), undefined);
  assert.equal(await tab.$$eval('img[src="x"]', (all) => all.length), 0);
  assert.deepEqual(errors.filter((e) => !/422/.test(e)), []);
  await context.close();
});

test('by keyboard alone; a theatre across the dateline, flat; nobody with a battery', { timeout: 400000 }, async () => {
  const { tab, errors, context } = await open();
  await choose(tab, 'pacific-homeland');
  await tab.click('[data-testid=flat]');
  await still(tab);
  const x = await tab.evaluate(() => ['cobra-dane', 'ddg-hawaii'].map((id) => window.testudo.project(id)?.x));
  assert.ok(x[0] < x[1], `what stands west of the dateline is drawn to the east of what stands east of it: ${x}`);
  await look(tab, 'pacific-flat');
  await tab.click('[data-testid=flat]');

  // A unit is chosen and moved from the map by keys; Escape lets go, undo takes back.
  const before = await tab.evaluate(() => window.testudo.digest);
  await tab.focus('#globe');
  await tab.keyboard.press('.');
  await tab.waitForSelector('[data-testid=tab-details][aria-selected=true]');
  await tab.keyboard.press('ArrowUp');
  await tab.keyboard.press('ArrowUp');
  const after = await settled(tab, before);
  assert.match(await tab.evaluate(() => window.testudo.state.overlay), /at: \[/);
  await tab.keyboard.press('Escape');
  assert.match(await tab.textContent('[data-testid=details]'), /Click anything/);
  await tab.keyboard.press('Control+z');
  assert.equal(await settled(tab, after), before);
  await tab.focus('[data-testid=tab-details]');
  await tab.keyboard.press('ArrowRight');
  assert.equal(await tab.getAttribute('[data-testid=tab-agreements]', 'aria-selected'), 'true');
  const ring = await tab.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(ring, 'solid', 'the focus is not seen');

  // A scenario in which nobody has a battery.
  const id = await tab.evaluate(async () => {
    const t = await (await fetch('/api/v1/theatre', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ scenario: 'europe-epaa' }) })).json();
    const text = `testudo: 1\nname: Bare\ninclude: europe-epaa.yaml\nbatteries:\n${t.batteries.map((b) => `  ${b.id}: null\n`).join('')}`;
    const r = await fetch('/api/v1/scenarios', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: 'Bare', text }) });
    return r.ok ? (await r.json()).id : `${r.status} ${await r.text()}`;
  });
  assert.match(id, /^u-/);
  await tab.reload();
  await tab.waitForSelector(`[data-testid=scenario] option[value="${id}"]`, { state: 'attached' });
  await choose(tab, id);
  await figures(tab);
  assert.match(await tab.textContent('#page-result'), /Nobody here has a battery/);
  for (const t of ['details', 'agreements', 'compare', 'warning', 'replay', 'text']) await tab.click(`[data-testid=tab-${t}]`);
  await tab.waitForTimeout(1000);
  assert.ok(await tab.evaluate(() => document.getElementById('trouble').hidden), await tab.textContent('#trouble'));
  assert.deepEqual(errors, []);
  await context.close();
});

test('without WebGL the page works without its map; a server that is gone is told', { timeout: 200000 }, async () => {
  const { tab, errors, context } = await open({ init: () => { HTMLCanvasElement.prototype.getContext = ((old) => function (kind, ...rest) { return kind.startsWith('webgl') ? null : old.call(this, kind, ...rest); })(HTMLCanvasElement.prototype.getContext); } });
  await choose(tab, 'europe-epaa');
  assert.match(await tab.textContent('#globe'), /No map here/);
  assert.ok(Object.keys(await figures(tab)).length > 1);
  await look(tab, 'no-webgl');
  assert.deepEqual(errors, []);
  await context.route('**/api/v1/**', (r) => r.abort());
  await tab.selectOption('[data-testid=posture]', 'nato');
  await tab.click('[data-testid=tab-studies]');
  await tab.waitForSelector('[data-testid=trouble]:not([hidden])');
  assert.match(await tab.textContent('[data-testid=trouble]'), /does not answer/);
  await look(tab, 'server-gone');
  await context.close();
});
