// The workbench: what is on the screen, and what follows when it changes.
import './style.css';
import { agreements } from './agreements';
import { ask, get, Problem, send, stream, type Battery, type Comparison, type Footprint, type Listed, type Me, type Sensor, type Theatre, type WhatIf } from './api';
import { details, doctrine, moved, threats, type Edits } from './details';
import { button, h } from './dom';
import { Editor } from './editor';
import { Globe, unitsOf } from './globe';
import { Player } from './replay';
import { against, nationTable, staircase } from './staircase';
import { decode, encode, Store } from './state';
import { Compare, scenarios, Studies, warning, type Side } from './tools';

const el = (id: string) => document.getElementById(id)!;
const bar = el('bar');
const tabs = el('tabs');
const views = el('views');
const status = el('status');

const store = new Store();
let theatre: Theatre | undefined;
let answer: { result: Comparison; settled: boolean; final: boolean; runs: number; took: number; digest: string } | undefined;
let settledBefore: Comparison | undefined;
let chosen = { kind: '', id: '' };
let foot: { battery: string; threat: string } | undefined;
let list: Listed[] = [];
let asked = new AbortController();

const say = (text: string) => { if (status.textContent !== text) status.textContent = text; };

/** Runs something that may fail; what went wrong is said where it is seen. */
async function attempt(what: () => Promise<unknown>): Promise<void> {
  try {
    await what();
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') return;
    const words = e instanceof Problem ? e.words() : e instanceof TypeError ? 'The server does not answer. Is it still running?' : String(e);
    const box = el('trouble');
    box.replaceChildren(h('p', {}, words), button('Close', () => { box.hidden = true; }));
    box.hidden = false;
    say(words);
  }
}
window.addEventListener('unhandledrejection', (e) => {
  e.preventDefault();
  void attempt(() => Promise.reject(e.reason as Error));
});

const trouble = h('div', { id: 'trouble', role: 'alert', hidden: true, 'data-testid': 'trouble' });
document.body.append(trouble);

const globe = new Globe(el('globe'));
const player = new Player(globe, store, el('clock'), say);
const compare = new Compare(store, say);
const studies = new Studies(store, say);
const editor = new Editor(() => store.variant, (text) => store.go({ overlay: text }), async () => (await get<{ text: string }>(`/scenarios/${store.state.scenario.replaceAll('/', '~')}`)).text);

studies.onScenario = (id) => {
  if (id) openScenario(id);
  else void attempt(fillList);
};

// --- the views, as tabs ---

const pages: Record<string, { label: string; body: HTMLElement; show: () => void }> = {
  result: { label: 'Result', body: h('div'), show: showResult },
  details: { label: 'Details', body: h('div'), show: showDetails },
  agreements: { label: 'Agreements', body: h('div'), show: showAgreements },
  compare: { label: 'Compare', body: compare.element, show: () => { if (theatre) compare.show(theatre); } },
  warning: { label: 'Warning', body: h('div'), show: () => void showWarning() },
  replay: { label: 'Replay', body: player.element, show: () => { if (theatre) player.form(theatre); } },
  text: { label: 'Text', body: editor.element, show: () => editor.show(store.state.overlay) },
  studies: { label: 'Studies', body: studies.element, show: () => void attempt(() => studies.refresh()) },
};
let page = 'result';

function openPage(name: string) {
  page = name;
  for (const [k, p] of Object.entries(pages)) {
    const tab = el(`tab-${k}`);
    tab.setAttribute('aria-selected', String(k === name));
    tab.tabIndex = k === name ? 0 : -1;
    p.body.hidden = k !== name;
  }
  pages[name]!.show();
}

for (const [k, p] of Object.entries(pages)) {
  const tab = button(p.label, () => openPage(k), { id: `tab-${k}`, role: 'tab', 'aria-controls': `page-${k}`, 'data-testid': `tab-${k}` });
  tab.addEventListener('keydown', (e) => {
    const all = Object.keys(pages);
    const step = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0;
    if (!step) return;
    const next = all[(all.indexOf(k) + step + all.length) % all.length]!;
    openPage(next);
    el(`tab-${next}`).focus();
  });
  tabs.append(tab);
  p.body.id = `page-${k}`;
  p.body.setAttribute('role', 'tabpanel');
  p.body.setAttribute('aria-labelledby', `tab-${k}`);
  p.body.classList.add('page');
  views.append(p.body);
}

function showResult() {
  const box = pages.result!.body;
  if (!answer || !theatre) {
    box.replaceChildren(h('div', { class: 'loading', 'aria-busy': 'true' }, h('p', {}, 'Flying the raid …'), ...[1, 2, 3, 4, 5].map(() => h('div', { class: 'bone' }))));
    return;
  }
  const c = answer.result;
  const run = h('p', { class: answer.settled ? 'runs' : 'runs busy', 'data-testid': 'runs', 'data-settled': String(answer.settled), 'data-final': String(answer.final), 'data-runs': answer.runs, 'data-digest': answer.digest, 'data-took': answer.took }, `${answer.runs.toLocaleString('en').replaceAll(',', ' ')} runs, seed ${c.seed}${answer.final ? '' : answer.settled ? ': settled, refining …' : ': settling …'}`);
  const shown = theatre.postures.find((p) => p.id === store.state.posture);
  box.replaceChildren(h('h2', {}, theatre.name), run, staircase(c, answer.settled, store.state.posture, (id) => store.look(id)),
    h('p', { class: 'verdict', 'data-testid': 'verdict' }, c.verdict), nationTable(c),
    h('p', { class: 'about' }, shown ? `On the map: ${shown.id}. ${shown.about}` : ''), doctrine(theatre, hands),
    theatre.defaults?.length ? h('details', {}, h('summary', {}, 'Taken for granted'), h('ul', {}, ...theatre.defaults.map((d) => h('li', {}, d)))) : h('span'));
}

const hands = {
  edit: (edits: Edits) => attempt(() => store.edit(edits)),
  footprint: (b: Battery, threat: string) => { foot = { battery: b.id, threat }; void attempt(() => drawFootprint()); },
  radar: (x: Sensor) => void attempt(async () => {
    say(`Working out what ${x.name} sees …`);
    const r = await ask<{ search_lon_lat: [number, number][][]; search_km2: number; cued_km2: number }>('/radar', { ...store.variant, sensor: x.id, altitude_m: 100e3, rcs_m2: 0.1 });
    globe.footprint({ grid_km: 0, places_flown: 0, batteries: [], modes: [], contours: [{ mode: 'radar', kind: 'kill-probability', level: 0, rings_lon_lat: r.search_lon_lat }] });
    say(`${x.name} finds a target of 0.1 m² at 100 km by itself over ${Math.round(r.search_km2)} km², pointed by others over ${Math.round(r.cued_km2)} km².`);
  }),
};

function showDetails() {
  if (!theatre) return;
  pages.details!.body.replaceChildren(details(theatre, chosen.kind, chosen.id, hands));
}
pages.details!.body.addEventListener('unit', (e) => choose('unit', (e as CustomEvent<string>).detail));

function showAgreements() {
  if (!theatre) return;
  const pick = h('select', { 'aria-label': 'Posture', 'data-testid': 'posture' }, ...theatre.postures.map((p) => h('option', { value: p.id, selected: p.id === store.state.posture }, p.on_ladder ? p.id : `${p.id} (not on the staircase)`)));
  pick.addEventListener('change', () => store.look(pick.value));
  pages.agreements!.body.replaceChildren(h('label', { class: 'field' }, h('span', {}, 'Posture'), pick), agreements(theatre, theatre.postures.find((p) => p.id === store.state.posture), hands.edit));
}

async function showWarning() {
  const box = pages.warning!.body;
  if (!theatre) return;
  const t = theatre;
  box.replaceChildren(h('p', { class: 'empty' }, 'Timing the raid …'));
  await attempt(async () => box.replaceChildren(await warning(store, t, asked.signal)));
}

async function drawFootprint() {
  const t = theatre;
  const b = t?.batteries.find((x) => x.id === foot?.battery);
  if (!t || !b) { globe.footprint(undefined); return; }
  // The threat chosen, while the raid still has it.
  const all = threats(t, b.nation);
  const [missile, from] = (all.includes(foot?.threat ?? '') ? foot!.threat : (all[0] ?? '')).split(' from ');
  if (!missile || !from) return;
  const q = { ...store.variant, battery: b.id, posture: store.state.posture, missile, from };
  for (const grid of [Math.max(10, b.reach_m / 8e3), 0]) {
    say(`Working out what ${b.name} defends against ${missile} from ${from} …`);
    const f = await ask<Footprint>('/footprint', { ...q, grid_km: grid }, asked.signal);
    globe.footprint(f);
    const full = f.modes.find((m) => m.mode === 'engage-on-remote');
    say(`${b.name} can shoot at a ${missile} from ${from} that falls within ${Math.round(Number(full?.one_opportunity_km2 ?? 0)).toLocaleString('en').replaceAll(',', ' ')} km² (grid ${Math.round(f.grid_km)} km, posture ${store.state.posture}). Dashed: alone.`);
  }
}

compare.onFootprints = (a, b) => void attempt(async () => {
  const t = theatre;
  const arc = t?.arcs[0];
  if (!t || !arc) return;
  const battery = t.batteries.find((x) => x.id === foot?.battery);
  const own = battery ? (t.arcs.find((x) => t.assets.find((y) => y.id === x.asset)?.nation === battery.nation) ?? arc) : arc;
  say('Working out what both defend …');
  const ask2 = (s: Side) => ask<Footprint>('/footprint', { ...s.variant, ...(battery ? { battery: battery.id } : {}), posture: s.posture, missile: own.missile, from: own.from, grid_km: battery ? 0 : 60 });
  const [fa, fb] = [await ask2(a), await ask2(b)];
  const of = (f: Footprint, mode: string) => f.contours.filter((c) => c.mode === 'engage-on-remote' && c.kind === 'opportunities').map((c) => ({ ...c, mode }));
  globe.footprint({ ...fb, contours: [...of(fa, 'alone'), ...of(fb, 'engage-on-remote')] });
  const km2 = (f: Footprint) => `${Math.round(Number(f.modes.find((m) => m.mode === 'engage-on-remote')?.one_opportunity_km2 ?? 0)).toLocaleString('en').replaceAll(',', ' ')} km²`;
  say(`${battery?.name ?? 'All batteries'} against ${own.missile} from ${own.from}: dashed ${a.label}, ${km2(fa)}; full ${b.label}, ${km2(fb)}.`);
});

function choose(kind: string, id: string) {
  if (kind === 'link') { openPage('agreements'); return; }
  chosen = { kind, id };
  globe.choose(kind === 'unit' ? id : '');
  openPage('details');
}
globe.onChoose = choose;
globe.onMove = (u, lat, lon) => {
  chosen = { kind: 'unit', id: u.id };
  void hands.edit(moved(u, lat, lon));
};

// Arrow keys move the chosen unit; what was pressed together is one edit.
let pressed: { unit: string; lat: number; lon: number; timer: number } | undefined;
el('globe').addEventListener('keydown', (e) => {
  const step = e.shiftKey ? 1 : 0.1;
  const way = { ArrowUp: [step, 0], ArrowDown: [-step, 0], ArrowLeft: [0, -step], ArrowRight: [0, step] }[e.key];
  if (e.key === 'Escape') { chosen = { kind: '', id: '' }; globe.choose(''); showDetails(); return; }
  const u = theatre && chosen.kind === 'unit' ? unitsOf(theatre).find((x) => x.id === chosen.id) : undefined;
  if (!way || !u) return;
  e.preventDefault();
  if (pressed) clearTimeout(pressed.timer);
  const from = pressed?.unit === u.id ? pressed : { lat: u.lat, lon: u.lon };
  pressed = { unit: u.id, lat: from.lat + way[0]!, lon: from.lon + way[1]!, timer: window.setTimeout(() => {
    const p = pressed!;
    pressed = undefined;
    void hands.edit(moved(u, p.lat, p.lon));
  }, 350) };
  say(`${u.name} to ${pressed.lat.toFixed(2)}, ${pressed.lon.toFixed(2)}`);
});

// --- the bar ---

const pick = h('select', { 'aria-label': 'Scenario', 'data-testid': 'scenario' });
const raid = h('select', { 'aria-label': 'Raid', 'data-testid': 'raid' });
const undo = button('Undo', () => store.undo(), { 'data-testid': 'undo', title: 'Ctrl+Z' });
const redo = button('Redo', () => store.redo(), { 'data-testid': 'redo', title: 'Ctrl+Shift+Z' });
const flat = button('Flat map', () => {
  globe.flat(!globe.isFlat());
  flat.setAttribute('aria-pressed', String(!globe.isFlat() ? 'false' : 'true'));
}, { 'aria-pressed': 'false', 'data-testid': 'flat' });
bar.append(h('h1', {}, 'Testudo'), pick, raid, undo, redo, flat,
  button('Save as …', () => saveAs.showModal(), { 'data-testid': 'save-as' }),
  button('Copy link', () => void copyLink(), { 'data-testid': 'link' }),
  button('Report', () => void attempt(async () => {
    await send('POST', '/studies', { ...store.variant, kind: 'report', runs: 2000 });
    openPage('studies');
    say('The report is being made; it appears under Studies.');
  }), { 'data-testid': 'report' }));

pick.addEventListener('change', () => openScenario(pick.value));
raid.addEventListener('change', () => store.go({ raid: raid.value }));

const name = h('input', { type: 'text', 'aria-label': 'Name', 'data-testid': 'save-name', maxlength: 120, required: true });
const share = h('input', { type: 'checkbox' });
const saveAs = h('dialog', { 'aria-label': 'Save as' }, h('form', { method: 'dialog', submit: (e) => { e.preventDefault(); void attempt(save); } }, h('h2', {}, 'Save as'), h('label', { class: 'field' }, h('span', {}, 'Name'), name), h('label', { class: 'check' }, share, ' others of this server may see it'),
  h('div', { class: 'fields' }, h('button', { type: 'submit', 'data-testid': 'save' }, 'Save here'), button('Download the file', () => void attempt(download), { 'data-testid': 'download' }), button('Cancel', () => saveAs.close()))));
document.body.append(saveAs);

/** What is kept: the overlay under a name of its own. */
async function named(): Promise<string> {
  const edits = [{ path: 'name', value: name.value || `${theatre?.name ?? 'scenario'}, changed` }];
  if (store.state.raid) edits.push({ path: 'raid', value: store.state.raid });
  return (await ask<{ overlay: string }>('/overlay', { ...store.variant, edits })).overlay;
}

async function save() {
  const text = await named();
  const r = await send<Listed>('POST', '/scenarios', { name: name.value, text, shared: share.checked });
  saveAs.close();
  await fillList();
  store.open({ ...store.state, scenario: r.id, overlay: '', raid: '' });
  say(`Saved as ${r.name}.`);
}

async function download() {
  const blob = new Blob([await named()], { type: 'text/yaml' });
  const a = h('a', { href: URL.createObjectURL(blob), download: `${(name.value || 'overlay').replaceAll(/[^A-Za-z0-9._-]+/g, '-')}.yaml` });
  a.click();
  URL.revokeObjectURL(a.href);
  saveAs.close();
}

async function copyLink() {
  const url = `${location.origin}/#${encode(store.state)}`;
  await navigator.clipboard?.writeText(url).then(() => say('The link is on the clipboard; it holds all that is on the screen.'), () => say(url));
}

document.addEventListener('keydown', (e) => {
  const target = e.target as HTMLElement;
  if (!(e.ctrlKey || e.metaKey) || e.key.toLowerCase() !== 'z' || target.closest('.cm-editor, input, textarea')) return;
  e.preventDefault();
  if (e.shiftKey) store.redo();
  else store.undo();
});

async function fillList() {
  list = await scenarios();
  const group = (label: string, items: Listed[]) => (items.length ? h('optgroup', { label }, ...items.map((x) => h('option', { value: x.id }, x.name))) : null);
  pick.replaceChildren(...[group('Yours', list.filter((x) => x.mine)), group('Shared', list.filter((x) => !x.mine && !x.shipped)), group('Theatres', list.filter((x) => x.shipped && !x.id.includes('/'))), group('Textbook', list.filter((x) => x.shipped && x.id.includes('/')))].filter((x) => x !== null));
  pick.value = store.state.scenario;
}

function openScenario(id: string) {
  chosen = { kind: '', id: '' };
  foot = undefined;
  framed = '';
  settledBefore = undefined;
  store.open({ scenario: id, overlay: '', raid: '', posture: '' });
}

// --- what follows from a change ---

let framed = '';
let shownKey = '';

store.listen((s) => {
  undo.disabled = !store.canUndo;
  redo.disabled = !store.canRedo;
  if (pick.value !== s.scenario) pick.value = s.scenario;
  const key = JSON.stringify(store.variant);
  if (key === shownKey) {
    // Only another posture to look at.
    if (theatre) globe.links(theatre, theatre.postures.find((p) => p.id === s.posture));
    if (['result', 'agreements', 'warning', 'compare'].includes(page)) pages[page]!.show();
    if (foot) void attempt(() => drawFootprint());
    return;
  }
  shownKey = key;
  void attempt(() => follow());
});

async function follow() {
  asked.abort();
  asked = new AbortController();
  const signal = asked.signal;
  if (player.loaded) await player.leave();
  const variant = store.variant;
  say('Flying the raid …');
  // What is shown answers the question before: neither settled nor final.
  if (answer) answer = { ...answer, settled: false, final: false };
  if (page === 'result') showResult();
  for (const step of document.querySelectorAll('.stairs')) step.classList.add('stale');
  const figures = stream('POST', '/whatif', variant, (event, data) => {
    if (signal.aborted) return;
    if (event === 'problem') {
      const p = data as { detail: string; status: number; errors?: [] };
      void attempt(() => Promise.reject(new Problem(p.status, p.detail, p.errors ?? [])));
      return;
    }
    const w = data as WhatIf;
    answer = { result: w.result, settled: w.settled, final: w.final, runs: w.runs, took: w.took_ms, digest: w.digest };
    if (page === 'result') showResult();
    if (w.final) {
      say(against(settledBefore, w.result) || `${w.result.scenario}: ${w.runs} runs.`);
      settledBefore = w.result;
    }
  }, signal);
  // A refused variant is told by the theatre as well; its words come once.
  figures.catch(() => {});
  theatre = await ask<Theatre>('/theatre', variant, signal);
  if (signal.aborted) return;
  const s = store.state;
  if (!theatre.postures.some((p) => p.id === s.posture)) store.look(theatre.ladder[theatre.ladder.length - 1] ?? theatre.postures[0]?.id ?? '');
  raid.replaceChildren(...theatre.raids.map((r) => h('option', { value: r.id, selected: r.id === theatre!.raid }, `${r.id}: ${r.missiles} missiles`)));
  document.title = `${theatre.name} – Testudo`;
  globe.draw(theatre, theatre.postures.find((p) => p.id === store.state.posture));
  if (framed !== variant.scenario + theatre.raid) {
    framed = variant.scenario + theatre.raid;
    globe.frame(theatre);
  }
  if (page !== 'result') pages[page]!.show();
  else if (answer) showResult();
  if (foot) await drawFootprint();
  await figures;
}

// --- the legend: what is on the map ---

for (const [k, label] of [['coverage', 'What radars see'], ['arcs', 'The raid'], ['links', 'Agreements'], ['footprint', 'What is defended']] as const) {
  const box = h('input', { type: 'checkbox', checked: true });
  box.addEventListener('change', () => globe.layer(k, box.checked));
  el('legend').append(h('label', { class: `on-${k}` }, box, ` ${label}`));
}
el('legend').append(h('span', { class: 'credit' }, 'Natural Earth · CesiumJS'));

new ResizeObserver(() => globe.resize()).observe(el('globe'));
window.addEventListener('hashchange', () => {
  const s = decode(location.hash);
  if (s && encode(s) !== encode(store.state)) { framed = ''; store.open(s); }
});

// Read-only eyes for tests: which answer is shown, and where a unit is.
Object.assign(window, { testudo: { get digest() { return answer?.digest; }, get settled() { return answer?.settled ?? false; }, get final() { return answer?.final ?? false; }, get state() { return store.state; }, project: (id: string) => globe.project(id) } });

/** Asks who is there where the server has users: by a token, by the provider of identities, or either. */
async function signIn(): Promise<Me> {
  for (;;) {
    const ways = await get<{ signed_in: boolean; token: boolean; oidc: boolean }>('/session');
    if (ways.signed_in) return get<Me>('/me');
    await new Promise<void>((done) => {
      const provider = ways.oidc ? h('p', {}, h('a', { href: '/api/v1/session/oidc', class: 'button', 'data-testid': 'sign-in-provider' }, 'Sign in with your organisation')) : null;
      const token = h('input', { type: 'password', 'aria-label': 'Token', autocomplete: 'current-password', required: true });
      const why = h('p', { role: 'alert' });
      const d = h('dialog', { 'aria-label': 'Sign in' }, h('form', { method: 'dialog', submit: (ev) => {
        ev.preventDefault();
        send('POST', '/session', { token: token.value }).then(() => { d.close(); d.remove(); done(); }, (x: Error) => { why.textContent = x.message; });
      } }, h('h2', {}, 'Sign in'), provider, ...(ways.token ? [h('p', {}, provider ? 'Or enter your token.' : 'This workbench has users. Enter your token.'), token, why, h('button', { type: 'submit' }, 'Sign in')] : [])));
      d.addEventListener('cancel', (ev) => ev.preventDefault());
      document.body.append(d);
      d.showModal();
    });
  }
}

void attempt(async () => {
  openPage('result');
  const me = await signIn();
  if (me.hosted) bar.append(button(`Sign out ${me.user}`, () => void send('DELETE', '/session').then(() => location.reload())));
  await fillList();
  const s = decode(location.hash);
  if (s) store.open(s);
  else openScenario(list.find((x) => x.id === 'northeast-asia-2014')?.id ?? list[0]?.id ?? '');
});
