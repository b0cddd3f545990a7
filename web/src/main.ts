// The workbench: what is on the screen, and what follows when it changes.
import './style.css';
import { agreements, linkPanel } from './agreements';
import { ask, get, Problem, send, stream, type Comparison, type Footprint, type Listed, type Me, type Posture, type Switch, type Theatre, type WhatIf } from './api';
import { details, doctrine, moved, raidOf, threats, type Edits, type Hands } from './details';
import { button, h, refill, whole } from './dom';
import { Editor } from './editor';
import { badge, Globe, levels, unitsOf, type Hit, type Layer } from './globe';
import { Player } from './replay';
import { against, nationTable, staircase } from './staircase';
import { decode, encode, Store, type State, type View } from './state';
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
let also: Hit[] = [];
let battery = ''; // whose footprint is shown; empty: all of them together
let list: Listed[] = [];
let asked = new AbortController();
let sighted = new AbortController();

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

/** The map, where the browser can draw one; the rest of the page does without. */
function mapped(): Globe | undefined {
  try {
    return new Globe(el('globe'));
  } catch {
    el('globe').replaceChildren(h('div', { class: 'nomap', role: 'note' }, h('h2', {}, 'No map here'), h('p', {}, 'This browser has no WebGL, which the map is drawn with. Everything else works: choose units under Details, links under Agreements.')));
    el('map').classList.add('without');
    return undefined;
  }
}
const globe = mapped();
const player = new Player(globe, store, el('clock'), say);
const compare = new Compare(store, say, () => list);
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
  store.see({ tab: name === 'result' ? undefined : name });
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
    const next = e.key === 'Home' ? all[0]! : e.key === 'End' ? all[all.length - 1]! : all[(all.indexOf(k) + step + all.length) % all.length]!;
    if (next === k) return;
    e.preventDefault();
    openPage(next);
    el(`tab-${next}`).focus();
  });
  tabs.append(tab);
  p.body.id = `page-${k}`;
  p.body.setAttribute('role', 'tabpanel');
  p.body.tabIndex = 0;
  p.body.setAttribute('aria-labelledby', `tab-${k}`);
  p.body.classList.add('page');
  views.append(p.body);
}

/** The postures in the order a reader expects: the staircase, then the others. */
function ordered(t: Theatre): Posture[] {
  return [...t.ladder.map((id) => t.postures.find((p) => p.id === id)).filter((p) => p !== undefined), ...t.postures.filter((p) => !p.on_ladder)];
}

/** The posture that is looked at first. */
const topStep = (t: Theatre) => t.ladder[t.ladder.length - 1] ?? t.postures[0]?.id ?? '';

const posture = () => theatre?.postures.find((p) => p.id === store.state.posture);

function showResult() {
  const box = pages.result!.body;
  if (!answer || !theatre) {
    if (!box.querySelector('.loading')) box.replaceChildren(h('div', { class: 'loading', 'aria-busy': 'true' }, h('p', {}, 'Flying the raid …'), ...[1, 2, 3, 4, 5].map(() => h('div', { class: 'bone' }))));
    return;
  }
  const c = answer.result;
  const run = h('p', { class: answer.settled ? 'runs' : 'runs busy', 'data-testid': 'runs', 'data-settled': String(answer.settled), 'data-final': String(answer.final), 'data-runs': answer.runs, 'data-digest': answer.digest, 'data-took': answer.took }, `${whole(answer.runs)} runs, seed ${c.seed}${answer.final ? '' : answer.settled ? ': settled, refining …' : ': settling …'}`);
  const stairs = staircase(c, answer.settled, store.state.posture, (id) => store.look(id), compared);
  if (stale) stairs.classList.add('stale');
  refill(box, h('h2', {}, theatre.name), run, stairs,
    theatre.batteries?.length ? null : h('p', { class: 'empty' }, 'Nobody here has a battery: whatever is launched and works arrives. Batteries are added as text, under Text.'),
    h('p', { class: 'verdict', 'data-testid': 'verdict' }, c.verdict), ...(c.idle ?? []).map((x) => h('p', { class: 'why', 'data-testid': 'why' }, x.words.join(' '))), nationTable(c), raidOf(theatre, hands), doctrine(theatre, hands),
    store.state.overlay ? h('details', {}, h('summary', {}, 'What differs from the scenario'), h('pre', { class: 'overlay' }, store.state.overlay)) : null,
    theatre.defaults?.length ? h('details', {}, h('summary', {}, 'Taken for granted'), h('ul', {}, ...theatre.defaults.map((d) => h('li', {}, d)))) : null);
}

const write = (edits: Edits, agreements: Switch[] = []) => attempt(async () => {
  try {
    await store.edit(edits, agreements);
  } catch (e) {
    // What was refused does not stay on the screen as if it held.
    pages[page]!.show();
    showEdge();
    throw e;
  }
});

const hands: Hands = {
  edit: (edits) => write(edits),
  agree: (s) => write([], [s]),
  footprint: (id) => { battery = id; void attempt(() => drawFootprint()); },
  radar: (x, altitude, rcs) => void attempt(async () => {
    say(`Working out what ${x.name} sees …`);
    const r = await ask<{ search_lon_lat: [number, number][][]; cued_lon_lat?: [number, number][][]; search_km2: number; cued_km2: number }>('/radar', { ...store.variant, sensor: x.id, altitude_m: altitude, rcs_m2: rcs });
    const line = (mode: string, rings: [number, number][][] | undefined) => ({ mode, kind: 'opportunities', level: 1, rings_lon_lat: rings ?? [] });
    sighted.abort();
    globe?.footprint({ grid_km: 0, places_flown: 0, batteries: [], modes: [], contours: [line('radar', r.search_lon_lat), line('pointed', r.cued_lon_lat)] });
    const words = `${x.name} finds ${rcs} m² at ${altitude / 1000} km by itself over ${km2(r.search_km2)} (full line), pointed by others over ${km2(r.cued_km2)} (dashed).`;
    say(words);
    seen.textContent = words;
  }),
};

function showDetails() {
  if (!theatre) return;
  const others = also.filter((x) => x.id !== chosen.id || x.kind !== chosen.kind);
  refill(pages.details!.body, details(theatre, chosen.kind, chosen.id, hands, threat()),
    others.length ? h('section', {}, h('h3', {}, 'Also there'), h('div', { class: 'pairs' }, ...others.map((x) => button(called(theatre!, x), () => choose(x, also))))) : null);
}
pages.details!.body.addEventListener('unit', (e) => choose({ kind: 'unit', id: (e as CustomEvent<string>).detail }, []));

/** What a thing on the map is called. */
function called(t: Theatre, x: Hit): string {
  const arc = x.kind === 'arc' ? t.arcs[Number(x.id)] : undefined;
  if (arc) return `${arc.missile} from ${arc.from} to ${arc.asset}`;
  if (x.kind === 'link') return `link ${x.id.split(' ').slice(0, 2).join('–')}`;
  const of = x.kind === 'unit' ? unitsOf(t) : x.kind === 'asset' ? t.assets : x.kind === 'area' ? t.areas : t.sensors;
  const name = of?.find((y) => y.id === x.id)?.name ?? x.id;
  return x.kind === 'coverage' ? `what ${name} sees` : name;
}

function showAgreements() {
  if (!theatre) return;
  refill(pages.agreements!.body, agreements(theatre, posture(), hands.agree));
}

async function showWarning() {
  const box = pages.warning!.body;
  if (!theatre) return;
  const t = theatre;
  if (!box.firstChild) box.replaceChildren(h('p', { class: 'empty' }, 'Timing the raid …'));
  await attempt(async () => refill(box, await warning(store, t, asked.signal)));
}

// --- what is looked at: a posture, and what is defended against which missile ---

const look = h('select', { 'aria-label': 'Posture', 'data-testid': 'posture' });
const against2 = h('select', { 'aria-label': 'Against which missile', 'data-testid': 'threat' });
const seen = h('p', { class: 'seen', 'data-testid': 'seen' });
el('sight').append(h('label', {}, h('span', {}, 'Posture'), look), h('label', {}, h('span', {}, 'Against'), against2), seen);
look.addEventListener('change', () => store.look(look.value));
against2.addEventListener('change', () => { store.see({ threat: against2.value }); if (page === 'details') showDetails(); void attempt(() => drawFootprint()); });

/** The missile and where it comes from, against which footprints are drawn: the one chosen while the raid still has it. */
function threat(): string {
  if (!theatre) return '';
  const b = theatre.batteries?.find((x) => x.id === battery);
  const all = threats(theatre, b?.nation ?? '');
  const own = store.view.threat;
  return own === 'none' ? '' : own !== undefined && all.includes(own) ? own : (all[0] ?? '');
}

function fillSight(t: Theatre) {
  look.replaceChildren(...ordered(t).map((p) => h('option', { value: p.id, selected: p.id === store.state.posture }, p.on_ladder ? p.id : `${p.id} (not on the staircase)`)));
  const now = threat();
  against2.replaceChildren(h('option', { value: 'none' }, 'no footprint'), ...threats(t, '').map((x) => h('option', { value: x, selected: x === now }, x)));
}

/** An area to three digits: the grid gives no more. */
const km2 = (x: unknown) => `${whole(Number(Number(x ?? 0).toPrecision(3)))} km²`;

/** What is defended against the missile chosen: by one battery, or by all together; coarse first, then as fine as is soon done. */
async function drawFootprint() {
  sighted.abort();
  sighted = new AbortController();
  const signal = sighted.signal;
  const t = theatre;
  const b = t?.batteries?.find((x) => x.id === battery);
  const [missile, from] = threat().split(' from ');
  against2.value = missile ? threat() : 'none';
  if (!t || !globe || !t.batteries?.length || !missile || !from) { globe?.footprint(undefined); seen.textContent = ''; return; }
  const who = b?.name ?? 'All batteries';
  const reach = Math.max(...(b ? [b] : t.batteries).map((x) => x.reach_m)) / 1000;
  const q = { ...store.variant, ...(b ? { battery: b.id } : {}), posture: store.state.posture, missile, from };
  let grid = b ? Math.max(10, reach / 8) : Math.min(300, Math.max(60, reach / 10));
  for (;;) {
    seen.textContent = `Working out what ${who === 'All batteries' ? 'all batteries defend' : `${who} defends`} …`;
    const start = performance.now();
    const f = await ask<Footprint>('/footprint', { ...q, grid_km: Math.round(grid) }, signal);
    if (signal.aborted) return;
    const took = performance.now() - start;
    globe.footprint(f);
    const of = (mode: string) => f.modes.find((m) => m.mode === mode)?.one_opportunity_km2;
    const areas = `${km2(of('engage-on-remote'))} (full line), on own radars alone over ${km2(of('alone'))} (dashed)`;
    const words = `${who} can shoot at ${missile} over ${areas}; grid ${Math.round(f.grid_km)} km.`;
    seen.textContent = `${b ? `${who} reaches` : 'All batteries reach'} it over ${areas}; grid ${Math.round(f.grid_km)} km`;
    if (took > 1500 || grid <= (b ? Math.max(2, reach / 60) : 15)) { if (b) say(words); return; }
    grid /= 2;
  }
}

compare.onFootprints = (a, b) => void attempt(async () => {
  const t = theatre;
  const [missile, from] = (threat() || (t ? threats(t, '')[0] : '') || '').split(' from ');
  if (!t || !globe || !missile || !from) { say('There is no flight to defend against.'); return; }
  sighted.abort();
  sighted = new AbortController();
  const signal = sighted.signal;
  const one = t.batteries?.find((x) => x.id === battery);
  say('Working out what both defend …');
  const reach = Math.max(1, ...(one ? [one] : t.batteries ?? []).map((x) => x.reach_m)) / 1000;
  const grid = Math.round(one ? Math.max(5, reach / 30) : Math.min(200, Math.max(60, reach / 10)));
  const side = (s: Side) => ask<Footprint>('/footprint', { ...s.variant, ...(one ? { battery: one.id } : {}), posture: s.posture, missile, from, grid_km: grid }, signal);
  const [fa, fb] = [await side(a), await side(b)];
  const of = (f: Footprint, mode: string) => f.contours.filter((c) => c.mode === 'engage-on-remote' && c.kind === 'opportunities').map((c) => ({ ...c, mode }));
  globe.footprint({ ...fb, contours: [...of(fa, 'alone'), ...of(fb, 'engage-on-remote')] });
  const area = (f: Footprint) => km2(f.modes.find((m) => m.mode === 'engage-on-remote')?.one_opportunity_km2);
  const words = `${one?.name ?? 'All batteries'} against ${missile} from ${from}: dashed ${a.label}, ${area(fa)}; full ${b.label}, ${area(fb)}.`;
  say(words);
  seen.textContent = words;
});

// --- a line of the graph that was clicked ---

const panel = h('div', { id: 'edge', role: 'dialog', 'aria-label': 'Agreement', hidden: true, 'data-testid': 'edge' });
el('stage').append(panel);
let edge: [string, string] | undefined;

function showEdge(at?: { x: number; y: number }) {
  const p = posture();
  if (!edge || !theatre || !p) { panel.hidden = true; return; }
  refill(panel, linkPanel(theatre, p, edge[0], edge[1], hands.agree), button('×', closeEdge, { class: 'close', 'aria-label': 'Close' }));
  panel.hidden = false;
  if (!at) return;
  const room = el('stage').getBoundingClientRect();
  panel.style.left = `${Math.max(8, Math.min(at.x + 10, room.width - panel.offsetWidth - 8))}px`;
  panel.style.top = `${Math.max(8, Math.min(at.y + 10, room.height - panel.offsetHeight - 8))}px`;
  panel.querySelector('select')?.focus();
}
function closeEdge() {
  if (panel.hidden) return;
  edge = undefined;
  panel.hidden = true;
  el('globe').focus();
}
panel.addEventListener('keydown', (e) => { if (e.key === 'Escape') { e.stopPropagation(); closeEdge(); } });

function choose(x: Hit, beside: Hit[], at?: { x: number; y: number }) {
  edge = undefined;
  if (x.kind === 'link') {
    const [a, b] = x.id.split(' ');
    edge = [a!, b!];
    showEdge(at ?? { x: 40, y: 120 });
    return;
  }
  showEdge();
  chosen = x;
  also = [x, ...beside.filter((y) => y.kind !== x.kind || y.id !== x.id)];
  store.see({ kind: x.kind, id: x.id });
  globe?.choose(x.kind === 'unit' ? x.id : '');
  const mine = theatre && x.kind === 'unit' ? unitsOf(theatre).find((u) => u.id === x.id)?.batteries[0] : undefined;
  const other = mine?.id ?? '';
  if (other !== battery) {
    battery = other;
    void attempt(() => drawFootprint());
  }
  openPage('details');
}

function letGo() {
  closeEdge();
  chosen = { kind: '', id: '' };
  also = [];
  store.see({ kind: undefined, id: undefined });
  globe?.choose('');
  if (battery) {
    battery = '';
    void attempt(() => drawFootprint());
  }
  showDetails();
}

if (globe) {
  globe.onChoose = choose;
  globe.onMove = (u, lat, lon) => {
    chosen = { kind: 'unit', id: u.id };
    globe.choose(u.id);
    void hands.edit(moved(u, lat, lon)).then(() => { if (theatre) globe.draw(theatre, posture()); });
  };
}

// Arrow keys move the chosen unit, what was pressed together as one edit; when
// nothing is chosen they move the map. Full stop and comma go from unit to unit.
let pressed: { unit: string; lat: number; lon: number; timer: number } | undefined;
el('globe').addEventListener('keydown', (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === 'Escape') { letGo(); return; }
  if (e.key === '+' || e.key === '=') { globe?.zoom(1.4); return; }
  if (e.key === '-') { globe?.zoom(1 / 1.4); return; }
  if (e.key === '0' && theatre) { globe?.frame(theatre); return; }
  const units = theatre ? unitsOf(theatre) : [];
  if ((e.key === '.' || e.key === ',') && units.length) {
    const i = units.findIndex((u) => u.id === chosen.id);
    const u = units[(i + (e.key === '.' ? 1 : i < 0 ? 0 : -1) + units.length) % units.length]!;
    choose({ kind: 'unit', id: u.id }, []);
    el('globe').focus();
    say(`${u.nation}: ${u.name}`);
    return;
  }
  const way = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[e.key];
  if (!way) return;
  e.preventDefault();
  const u = chosen.kind === 'unit' ? units.find((x) => x.id === chosen.id) : undefined;
  if (!u) { globe?.pan(0.2 * way[1]!, 0.2 * way[0]!); return; }
  const step = e.shiftKey ? 1 : 0.1;
  if (pressed) clearTimeout(pressed.timer);
  const from = pressed?.unit === u.id ? pressed : { lat: u.lat, lon: u.lon };
  const lat = Math.max(-89.9, Math.min(89.9, from.lat + step * way[0]!));
  const lon = ((from.lon + step * way[1]! + 540) % 360) - 180;
  globe?.drag(u.id, lat, lon);
  pressed = { unit: u.id, lat, lon, timer: window.setTimeout(() => {
    const p = pressed!;
    pressed = undefined;
    void hands.edit(moved(u, p.lat, p.lon));
  }, 350) };
  say(`${u.name} to ${lat.toFixed(2)}, ${lon.toFixed(2)}`);
});

// --- the bar ---

const pick = h('select', { 'aria-label': 'Scenario', 'data-testid': 'scenario' });
const raid = h('select', { 'aria-label': 'Raid', 'data-testid': 'raid' });
const undo = button('Undo', () => store.undo(), { 'data-testid': 'undo', title: 'Ctrl+Z', disabled: true });
const redo = button('Redo', () => store.redo(), { 'data-testid': 'redo', title: 'Ctrl+Shift+Z', disabled: true });
function flatten(on: boolean) {
  globe?.flat(on);
  flat.setAttribute('aria-pressed', String(on));
  store.see({ flat: on || undefined });
}
const flat = button('Flat', () => flatten(flat.getAttribute('aria-pressed') !== 'true'), { 'aria-pressed': 'false', 'data-testid': 'flat', title: 'A flat map instead of the globe' });
if (globe) el('tools').append(button('+', () => globe.zoom(1.4), { 'aria-label': 'Nearer' }), button('−', () => globe.zoom(1 / 1.4), { 'aria-label': 'Farther' }), button('All', () => { if (theatre) globe.frame(theatre); }, { title: 'Shows the whole theatre' }), flat);
bar.append(h('h1', {}, 'Testudo'), pick, raid, undo, redo,
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
  store.see({ box: globe?.view() });
  const url = `${location.origin}/#${encode(store.state, store.view)}`;
  store.see({ box: undefined });
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
  also = [];
  battery = '';
  edge = undefined;
  framed = '';
  settledBefore = undefined;
  compared = undefined;
  answer = undefined;
  shownKey = ''; // asked for anew, even if it is the one on the screen
  store.open({ scenario: id, overlay: '', raid: '', posture: '' }, { tab: store.view.tab, flat: store.view.flat });
}

/** Opens what a link holds, seen as it was. */
function openLink(s: { state: State; view: View }) {
  chosen = { kind: s.view.kind ?? '', id: s.view.id ?? '' };
  also = [];
  battery = '';
  framed = '';
  settledBefore = undefined;
  compared = undefined;
  box = s.view.box;
  if (globe && globe.isFlat() !== (s.view.flat === true)) flatten(s.view.flat === true);
  store.open(s.state, { ...s.view, box: undefined });
  openPage(s.view.tab && s.view.tab in pages ? s.view.tab : 'result');
}

// --- what follows from a change ---

let framed = '';
let shownKey = '';
let box: number[] | undefined; // what a link says is to be seen
let stale = false; // what is shown answers the question before
let compared: Comparison | undefined; // the final answer before the one on the screen

store.listen((s) => {
  undo.disabled = !store.canUndo;
  redo.disabled = !store.canRedo;
  if (pick.value !== s.scenario) pick.value = s.scenario;
  if (look.value !== s.posture) look.value = s.posture;
  const key = JSON.stringify(store.variant);
  if (key === shownKey) {
    // Only another posture to look at; a link may name none.
    if (theatre?.postures.length && !posture()) { store.look(topStep(theatre)); return; }
    if (theatre) globe?.links(theatre, posture());
    if (['result', 'agreements', 'warning', 'compare', 'details'].includes(page)) pages[page]!.show();
    showEdge();
    void attempt(() => drawFootprint());
    return;
  }
  shownKey = key;
  // What was said of the text before says nothing of this one.
  el('trouble').hidden = true;
  void attempt(() => follow());
});

async function follow() {
  asked.abort();
  sighted.abort();
  asked = new AbortController();
  const signal = asked.signal;
  if (player.loaded) await player.leave();
  const variant = store.variant;
  say('Flying the raid …');
  // What is shown answers the question before: neither settled nor final.
  if (answer) answer = { ...answer, settled: false, final: false };
  stale = true;
  if (page === 'result') showResult();
  let settled = () => {};
  const first = new Promise<void>((done) => { settled = done; });
  const figures = stream('POST', '/whatif', variant, (event, data) => {
    if (signal.aborted) return;
    if (event === 'problem') {
      const p = data as { detail: string; status: number; errors?: [] };
      void attempt(() => Promise.reject(new Problem(p.status, p.detail, p.errors ?? [])));
      return;
    }
    const w = data as WhatIf;
    compared = settledBefore;
    stale = false;
    answer = { result: w.result, settled: w.settled, final: w.final, runs: w.runs, took: w.took_ms, digest: w.digest };
    if (page === 'result') showResult();
    if (w.settled) settled();
    if (w.final) {
      say(against(settledBefore, w.result) || `${w.result.scenario}: ${whole(w.runs)} runs.`);
      settledBefore = w.result;
    }
  }, signal);
  // A refused variant is told by the theatre as well; its words come once.
  figures.catch(() => {}).finally(settled);
  const t = await ask<Theatre>('/theatre', variant, signal);
  if (signal.aborted) return;
  theatre = t;
  if (!t.postures.some((p) => p.id === store.state.posture)) store.look(topStep(t));
  raid.replaceChildren(...t.raids.map((r) => h('option', { value: r.id, selected: r.id === t.raid, title: r.about }, `${r.id}: ${r.missiles} missiles`)));
  document.title = `${t.name} – Testudo`;
  // What was chosen may be gone.
  if (chosen.kind === 'unit' && !unitsOf(t).some((u) => u.id === chosen.id)) chosen = { kind: '', id: '' };
  battery = chosen.kind === 'unit' ? (unitsOf(t).find((u) => u.id === chosen.id)?.batteries.find((b) => b.id === battery) ?? unitsOf(t).find((u) => u.id === chosen.id)?.batteries[0])?.id ?? '' : '';
  fillSight(t);
  globe?.draw(t, posture());
  globe?.choose(chosen.kind === 'unit' ? chosen.id : '');
  if (framed !== variant.scenario + t.raid) {
    framed = variant.scenario + t.raid;
    if (box) globe?.show(box);
    else globe?.frame(t);
    box = undefined;
  }
  el('map').classList.remove('empty');
  if (page !== 'result') pages[page]!.show();
  else if (answer) showResult();
  showEdge();
  // The staircase first: footprints wait for their turn.
  await first;
  if (!signal.aborted) await drawFootprint();
  await figures;
}

// --- the legend: what is on the map ---

for (const [k, label] of [['coverage', 'Radars'], ['arcs', 'Raid'], ['footprint', 'Defended'], ['links', 'Agreements:']] as const) {
  const on = h('input', { type: 'checkbox', checked: true });
  on.addEventListener('change', () => globe?.layer(k as Layer, on.checked));
  el('legend').append(h('label', { class: `on-${k}` }, on, ` ${label}`));
}
el('legend').append(h('ul', { class: 'levels' }, ...levels.slice(1).map((l, i) => h('li', {}, h('span', { class: `line level-${i + 1}` }), l.replace('-on-remote', ''))), h('li', {}, badge('joint'), 'one fire control'), h('li', {}, badge('shield'), 'defended by the other')), h('ul', { class: 'played', hidden: true }, ...[['missile', 'missile'], ['shot', 'interceptor'], ['radar', 'radar'], ['battery', 'battery'], ['asset', 'asset'], ['hit', 'launch area, asset hit'], ['finds', 'finds'], ['message', 'message']].map(([k, words]) => h('li', {}, h('span', { class: `dot ${k}` }), words!))), h('span', { class: 'credit' }, 'Natural Earth · CesiumJS'));

new ResizeObserver(() => globe?.resize()).observe(el('globe'));
window.addEventListener('hashchange', () => {
  const s = decode(location.hash);
  if (s && encode(s.state, s.view) !== encode(store.state, store.view)) openLink(s);
});

// Read-only eyes for tests: which answer is shown, where a unit is, what a run shows.
Object.assign(window, { testudo: { get digest() { return answer?.digest; }, get settled() { return answer?.settled ?? false; }, get final() { return answer?.final ?? false; }, get state() { return store.state; }, project: (id: string) => globe?.project(id), played: () => globe?.played() ?? {} } });

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
  const s = decode(location.hash);
  openPage('result');
  const me = await signIn();
  if (me.hosted) bar.append(button(`Sign out ${me.user}`, () => void send('DELETE', '/session').then(() => location.reload())));
  await fillList();
  void attempt(async () => globe?.outlines());
  if (s) openLink(s);
  else openScenario(list.find((x) => x.id === 'northeast-asia-2014')?.id ?? list[0]?.id ?? '');
});
