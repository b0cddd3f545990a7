// What was clicked: its figures with their ranges and sources, and hands to
// change them.
import { h, button, link, num } from './dom';
import type { Battery, CatalogueFigure, Cite, Sensor, Theatre } from './api';
import { unitsOf, type Unit } from './globe';

export type Edits = { path: string; value: unknown }[];

export interface Hands {
  edit(edits: Edits): Promise<void>;
  footprint(b: Battery, threat: string): void;
  radar(x: Sensor): void;
}

/** The edits that put everything of a unit somewhere else. */
export function moved(u: Unit, lat: number, lon: number): Edits {
  const at = [Math.round(lat * 1e4) / 1e4, Math.round(lon * 1e4) / 1e4];
  return [...u.sensors.filter((x) => x.edit).map((x) => ({ path: `${x.edit}.at`, value: at })), ...u.batteries.map((b) => ({ path: `${b.edit}.at`, value: at }))];
}

function cite(c: Cite): HTMLElement {
  const p = h('p', { class: 'cite' });
  c.sources.forEach((x, i) => p.append(i ? '; ' : 'Source: ', link(x.url, x.title)));
  if (c.assumption) p.append(c.sources.length ? '. ' : '', 'Assumption: ', c.assumption);
  return p;
}

/** A number to set, written to one path of the scenario. */
function field(label: string, value: string | number, path: string, hands: Hands, kind: 'number' | 'text' = 'number', parse: (s: string) => unknown = Number): HTMLElement {
  const input = h('input', { type: kind, value, 'aria-label': label, 'data-path': path, step: 'any' });
  input.addEventListener('change', () => void hands.edit([{ path, value: parse(input.value) }]));
  return h('label', { class: 'field' }, h('span', {}, label), input);
}

function select(label: string, value: string, options: string[], path: string, hands: Hands): HTMLElement {
  const e = h('select', { 'aria-label': label, 'data-path': path }, ...options.map((o) => h('option', { value: o, selected: o === value }, o)));
  e.addEventListener('change', () => void hands.edit([{ path, value: e.value }]));
  return h('label', { class: 'field' }, h('span', {}, label), e);
}

/** The number at the head of a text such as "2.8 km/s". */
const head = (t: string | undefined) => (t === undefined ? NaN : parseFloat(t));

function figures(list: CatalogueFigure[], hands: Hands): HTMLElement {
  const rows = list.map((f) => {
    const input = h('input', { type: 'text', value: f.text, 'aria-label': `${f.entry} ${f.name}`, 'data-path': f.edit, size: 10 });
    const lo = head(f.low_text ?? undefined);
    const hi = head(f.high_text ?? undefined);
    const note = h('span', { class: 'beyond', role: 'note' });
    const mark = () => {
      const v = parseFloat(input.value);
      const beyond = (Number.isFinite(lo) && v < lo) || (Number.isFinite(hi) && v > hi);
      note.textContent = beyond ? 'beyond its range' : '';
      input.classList.toggle('out', beyond);
    };
    input.addEventListener('input', mark);
    input.addEventListener('change', () => {
      mark();
      void hands.edit([{ path: f.edit, value: { value: input.value, source: 'assumption', reason: 'set in the workbench' } }]);
    });
    mark();
    const range = f.low_text || f.high_text ? `${f.low_text ?? '?'} to ${f.high_text ?? '?'}` : 'no range given';
    const from = h('td', { class: 'from' }, f.assumed ? `assumption: ${f.reason ?? ''}` : link(f.source_url, f.source_title ?? f.source ?? ''), f.page ? `, ${f.page}` : '');
    return h('tr', {}, h('th', { scope: 'row' }, f.name), h('td', {}, input, note), h('td', {}, range), from);
  });
  return h('table', { class: 'figures' }, h('caption', {}, 'Figures of the catalogue'), h('thead', {}, h('tr', {}, ...['figure', 'value', 'low to high', 'source'].map((t) => h('th', { scope: 'col' }, t)))), h('tbody', {}, ...rows));
}

function ofEntry(all: CatalogueFigure[], entry: string) { return all.filter((f) => f.entry === entry); }

/** The kinds of flight of the raid: a missile from an area, those at the battery's own nation first. */
export function threats(t: Theatre, nation: string): string[] {
  const own = (a: Theatre['arcs'][number]) => t.assets.find((x) => x.id === a.asset)?.nation === nation;
  return [...new Set([...t.arcs.filter(own), ...t.arcs].map((a) => `${a.missile} from ${a.from}`))];
}

function battery(b: Battery, t: Theatre, hands: Hands): HTMLElement {
  const threat = h('select', { 'aria-label': 'Against which missile', 'data-testid': `threat-${b.id}` }, ...threats(t, b.nation).map((x) => h('option', { value: x }, x)));
  return h('section', {}, h('h3', {}, `${b.system_name}, ${b.interceptor}`),
    h('p', {}, `${b.rounds} rounds ready, ${b.channels || 'unlimited'} engagements at once, layer: ${b.layer || 'not stated'}, reach ${num(b.reach_m / 1000)} km; radar: ${b.radar || 'none'}.`),
    h('div', { class: 'fields' },
      field('Rounds', b.rounds, `${b.edit}.interceptors`, hands), field('Salvo', b.salvo, `${b.edit}.salvo`, hands), field('Engagements at once', b.channels, `${b.edit}.channels`, hands),
      select('Fire', b.fire, ['shoot-look-shoot', 'salvo'], `${b.edit}.fire`, hands),
      field('Facing, degrees', b.facing_deg, `${b.edit}.facing`, hands, 'number', (v) => `${Number(v)} deg`)),
    h('div', { class: 'fields' }, button('Show what it defends', () => hands.footprint(b, threat.value), { 'data-testid': `footprint-${b.id}` }), h('span', {}, 'against'), threat), cite(b.cite),
    ...[...new Set(b.figures.map((f) => f.entry))].map((e) => h('details', {}, h('summary', {}, e), figures(ofEntry(b.figures, e), hands))));
}

function sensor(x: Sensor, hands: Hands): HTMLElement {
  const e = x.edit;
  return h('section', {}, h('h3', {}, x.system_name),
    h('p', {}, x.kind === 'infrared' ? 'Sees the burn of a missile from space.' : `Sees the commonest missile of this raid at ${num(x.range_m / 1000)} km, ${num(x.field_deg)}° wide about ${num(x.facing_deg)}°, from ${num(x.min_el_deg)}° up; there in ${num(100 * x.availability)} % of runs.`),
    e ? h('div', { class: 'fields' }, field('Facing, degrees', x.facing_deg, `${e}.facing`, hands, 'number', (v) => `${Number(v)} deg`), field('Availability', x.availability, `${e}.availability`, hands)) : h('p', {}, "It is its battery's own radar and moves with it."),
    x.kind === 'radar' ? button('Show what it sees at 100 km', () => hands.radar(x)) : null, cite(x.cite),
    h('details', {}, h('summary', {}, 'Figures'), figures(x.figures, hands)));
}

export function details(t: Theatre, kind: string, id: string, hands: Hands): HTMLElement {
  const box = h('div', { 'data-testid': 'details' });
  if (kind === 'unit') {
    const u = unitsOf(t).find((x) => x.id === id);
    if (u) {
      const lat = h('input', { type: 'number', value: u.lat, step: 'any', 'aria-label': 'Latitude, degrees' });
      const lon = h('input', { type: 'number', value: u.lon, step: 'any', 'aria-label': 'Longitude, degrees' });
      const go = () => void hands.edit(moved(u, Number(lat.value), Number(lon.value)));
      lat.addEventListener('change', go);
      lon.addEventListener('change', go);
      box.append(h('h2', {}, u.name), h('p', { class: 'of' }, u.nation), h('div', { class: 'fields' }, h('label', { class: 'field' }, h('span', {}, 'Latitude'), lat), h('label', { class: 'field' }, h('span', {}, 'Longitude'), lon)),
        h('p', { class: 'hint' }, 'Drag it on the map, or move it with the arrow keys when the map has the focus.'), ...u.batteries.map((b) => battery(b, t, hands)), ...u.sensors.map((x) => sensor(x, hands)));
      return box;
    }
  }
  if (kind === 'coverage') {
    const x = t.sensors.find((y) => y.id === id);
    if (x) { box.append(h('h2', {}, x.name), h('p', { class: 'of' }, x.nation), sensor(x, hands)); return box; }
  }
  if (kind === 'asset') {
    const a = t.assets.find((x) => x.id === id);
    if (a) {
      box.append(h('h2', {}, a.name), h('p', { class: 'of' }, a.nation), h('p', {}, `Value ${num(a.value)}; ${num(a.population)} people; a hit counts within ${num(a.radius_m / 1000)} km.`), h('div', { class: 'fields' }, field('Value', a.value, `assets.${a.id}.value`, hands)), cite(a.cite));
      const aimed = t.groups.filter((g) => g.aims.some((x) => x.asset === a.id));
      if (aimed.length) box.append(h('p', {}, `Aimed at by ${aimed.map((g) => `${g.missile_name} from ${g.from}`).join('; ')}.`));
      return box;
    }
  }
  if (kind === 'area' || kind === 'arc') {
    const arc = kind === 'arc' ? t.arcs[Number(id)] : undefined;
    const area = t.areas.find((x) => x.id === (arc?.from ?? id));
    if (area) {
      box.append(h('h2', {}, area.name), h('p', { class: 'of' }, area.nation));
      if (arc) box.append(h('p', {}, `${arc.missile} at ${arc.asset}: ${num(arc.duration_s)} s of flight, ${num(arc.apogee_m / 1000)} km high.`));
      t.groups.forEach((g, i) => {
        if (g.from !== area.id || (arc && g.missile !== arc.missile)) return;
        box.append(h('section', {}, h('h3', {}, `${g.count} × ${g.missile_name}`), h('p', {}, `at ${g.aims.map((x) => x.asset).join(', ')}; from ${num(g.start_s)} s over ${num(g.over_s)} s.`), cite(g.cite), h('details', {}, h('summary', {}, g.missile), figures(g.figures, hands))));
        void i;
      });
      box.append(cite(area.cite));
      return box;
    }
  }
  box.append(h('p', { class: 'empty' }, 'Click anything on the map: its figures, their ranges and where they come from stand here. Units can be dragged.'),
    h('label', { class: 'field' }, h('span', {}, 'Or choose a unit'), chooser(t)));
  return box;
}

/** A way to every unit without a mouse. */
function chooser(t: Theatre): HTMLElement {
  const e = h('select', { 'aria-label': 'Choose a unit', 'data-testid': 'units' }, h('option', { value: '' }, '…'), ...unitsOf(t).map((u) => h('option', { value: u.id }, `${u.nation}: ${u.name}`)));
  e.addEventListener('change', () => e.dispatchEvent(new CustomEvent('unit', { bubbles: true, detail: e.value })));
  return e;
}

/** How a nation fights. */
export function doctrine(t: Theatre, hands: Hands): HTMLElement {
  return h('details', {}, h('summary', {}, 'How each nation fights'), ...t.commands.map((c) => h('section', {}, h('h3', {}, c.nation), h('div', { class: 'fields' },
    field('Decision delay, s', c.decision_delay_s, `commands.${c.nation}.decision-delay`, hands, 'number', (v) => `${Number(v)} s`), field('Salvo', c.salvo, `commands.${c.nation}.salvo`, hands),
    select('Fire', c.fire, ['shoot-look-shoot', 'salvo'], `commands.${c.nation}.fire`, hands), field('Reserve', c.reserve, `commands.${c.nation}.reserve`, hands)), cite(c.cite))));
}
