// What was clicked: its figures with their ranges and sources, and hands to
// change them.
import { h, button, kept, link, num } from './dom';
import type { Battery, CatalogueFigure, Cite, Group, Sensor, Switch, Theatre } from './api';
import { unitsOf, type Unit } from './globe';

export type Edits = { path: string; value: unknown }[];

export interface Hands {
  edit(edits: Edits): Promise<void>;
  agree(s: Switch): Promise<void>;
  footprint(battery: string): void;
  radar(x: Sensor, altitudeM: number, rcsM2: number): void;
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
function field(label: string, value: string | number, path: string, hands: Hands, kind: 'number' | 'text' = 'number', parse: (s: string) => unknown = Number, name = path): HTMLElement {
  const input = kept(h('input', { type: kind, value, 'aria-label': label, 'data-path': name, step: 'any' }));
  // Emptied: as the scenario says.
  input.addEventListener('change', () => void hands.edit([{ path, value: input.value === '' ? null : parse(input.value) }]));
  return h('label', { class: 'field' }, h('span', {}, label), input);
}

function select(label: string, value: string, options: string[], path: string, hands: Hands): HTMLElement {
  const e = h('select', { 'aria-label': label, 'data-path': path }, ...options.map((o) => h('option', { value: o, selected: o === value }, o)));
  e.addEventListener('change', () => void hands.edit([{ path, value: e.value }]));
  return h('label', { class: 'field' }, h('span', {}, label), e);
}

/** A text such as "2.8 km/s" as its number and its unit. */
function parts(t: string | undefined): [number, string] {
  const m = /^\s*([-+0-9.][-+0-9.eE]*)\s*(.*?)\s*$/.exec(t ?? '');
  return m ? [Number(m[1]), m[2]!] : [NaN, ''];
}

/** An id as a step of a path. */
const key = (id: string) => id.replaceAll('.', '\\.');

const setHere = 'set in the workbench';

function figures(list: CatalogueFigure[], hands: Hands): HTMLElement {
  const rows = list.map((f) => {
    const input = kept(h('input', { type: 'text', value: f.text, 'aria-label': `${f.entry} ${f.name}`, 'data-path': f.edit, size: 10 }));
    const note = h('span', { class: 'beyond', role: 'note' });
    const mark = () => {
      const [v, unit] = parts(input.value);
      const outside = (t: string | undefined, si: number | null, below: boolean) => {
        if (input.value === f.text) return si !== null && (below ? f.value < si : f.value > si);
        const [x, u] = parts(t);
        return u === unit && (below ? v < x : v > x);
      };
      const beyond = outside(f.low_text, f.low, true) || outside(f.high_text, f.high, false);
      note.textContent = beyond ? 'beyond its range' : '';
      input.classList.toggle('out', beyond);
    };
    input.addEventListener('input', mark);
    input.addEventListener('change', () => {
      mark();
      void hands.edit([{ path: f.edit, value: { value: input.value, source: 'assumption', reason: setHere } }]);
    });
    mark();
    const span = f.low_text || f.high_text ? `${f.low_text ?? '?'} to ${f.high_text ?? '?'}` : 'no range given';
    const range = f.published ? `published ${f.published}; ${span}` : span;
    const from = h('td', { class: 'from' }, f.assumed ? `assumption: ${f.reason ?? ''}` : link(f.source_url, f.source_title ?? f.source ?? ''), f.page ? `, ${f.page}` : '');
    const back = f.reason === setHere ? button('Take back', () => void hands.edit([{ path: f.edit, value: null }]), { 'aria-label': `Take back ${f.entry} ${f.name}` }) : null;
    return h('tr', {}, h('th', { scope: 'row' }, f.name.replaceAll('_', ' ').replaceAll('-', ' ')), h('td', {}, input, note, back), h('td', {}, range), from);
  });
  return h('table', { class: 'figures' }, h('caption', {}, 'Figures of the catalogue'), h('thead', {}, h('tr', {}, ...['figure', 'value', 'low to high', 'source'].map((t) => h('th', { scope: 'col' }, t)))), h('tbody', {}, ...rows));
}

function ofEntry(all: CatalogueFigure[], entry: string) { return all.filter((f) => f.entry === entry); }

/** The kinds of flight of the raid: a missile from an area, those at the battery's own nation first. */
export function threats(t: Theatre, nation: string): string[] {
  const own = (a: Theatre['arcs'][number]) => t.assets.find((x) => x.id === a.asset)?.nation === nation;
  const arcs = t.arcs ?? [];
  return [...new Set([...arcs.filter(own), ...arcs].map((a) => `${a.missile} from ${a.from}`))];
}

function battery(b: Battery, hands: Hands, threat: string): HTMLElement {
  return h('section', {}, h('h3', {}, `${b.system_name}, ${b.interceptor}`),
    h('p', {}, `${b.rounds} rounds ready, ${b.channels || 'unlimited'} engagements at once, layer: ${b.layer || 'not stated'}, reach ${num(b.reach_m / 1000)} km; radar: ${b.radar || 'none'}.`),
    h('div', { class: 'fields' },
      field('Rounds', b.rounds, `${b.edit}.interceptors`, hands), field('Salvo', b.salvo, `${b.edit}.salvo`, hands), field('Engagements at once', b.channels, `${b.edit}.channels`, hands),
      b.launchers >= 0 ? field('Launchers', b.launchers, `${b.edit}.launchers`, hands) : null,
      select('Fire', b.fire, ['shoot-look-shoot', 'salvo'], `${b.edit}.fire`, hands),
      field('Facing, degrees', b.facing_deg, `${b.edit}.facing`, hands, 'number', (v) => `${Number(v)} deg`)),
    threat ? h('div', { class: 'fields' }, button('Show what it defends', () => hands.footprint(b.id), { 'data-testid': `footprint-${b.id}` }), h('span', { class: 'of' }, `against ${threat}`)) : null, cite(b.cite),
    ...[...new Set(b.figures.map((f) => f.entry))].map((e) => h('details', {}, h('summary', {}, `Figures of ${e}`), figures(ofEntry(b.figures, e), hands))));
}

function sensor(x: Sensor, hands: Hands): HTMLElement {
  const e = x.edit;
  const height = h('select', { 'aria-label': `Height of the target of ${x.id}` }, ...[10, 20, 50, 100, 200, 400, 800].map((km) => h('option', { value: 1000 * km, selected: km === 100 }, `${km} km high`)));
  const size = h('select', { 'aria-label': `Radar cross-section of the target of ${x.id}` }, ...[0.01, 0.05, 0.1, 0.5, 1, 5].map((m2) => h('option', { value: m2, selected: m2 === 0.1 }, `${m2} m²`)));
  return h('section', {}, h('h3', {}, x.system_name),
    h('p', {}, x.kind === 'infrared' ? 'Sees the burn of a missile from space.' : `Sees the commonest missile of this raid at ${num(x.range_m / 1000)} km, ${num(x.field_deg)}° wide about ${num(x.facing_deg)}°, from ${num(x.min_el_deg)}° up; there in ${num(100 * x.availability)} % of runs.`),
    e ? h('div', { class: 'fields' }, x.kind === 'radar' ? field('Facing, degrees', x.facing_deg, `${e}.facing`, hands, 'number', (v) => `${Number(v)} deg`) : null, field('Availability', x.availability, `${e}.availability`, hands)) : h('p', {}, "It is its battery's own radar and moves with it."),
    x.kind === 'radar' ? h('div', { class: 'fields' }, button('Show what it sees', () => hands.radar(x, Number(height.value), Number(size.value)), { 'data-testid': `radar-${x.id}` }), height, size) : null, cite(x.cite),
    h('details', {}, h('summary', {}, `Figures of ${x.system}`), figures(x.figures, hands)));
}

const seconds = (v: string) => `${Number(v)} s`;

/** A group of the raid: how many, when, at what. */
function shot(g: Group, hands: Hands): HTMLElement {
  // A list of places without weights is written anew as one with weights.
  const plain = g.aims.every((a) => a.weight === 1);
  const weights = g.aims.length < 2 ? [] : g.aims.map((a) => {
    const path = `${g.edit}.at${plain ? '' : `.${key(a.asset)}`}`;
    return field(a.asset, a.weight, path, hands, 'number', (v) => (plain ? Object.fromEntries(g.aims.map((x) => [x.asset, x === a ? Number(v) : x.weight])) : Number(v)), `${g.edit}.at.${a.asset}`);
  });
  return h('section', { 'aria-label': `${g.missile_name} from ${g.from}` }, h('h3', {}, `${g.count} × ${g.missile_name} from ${g.from}`), g.aims.length < 2 ? h('p', {}, `at ${g.aims.map((a) => a.asset).join()}`) : null,
    h('div', { class: 'fields' }, field('Missiles', g.count, `${g.edit}.count`, hands), field('First launch, s', g.start_s, `${g.edit}.start`, hands, 'number', seconds), field('All within, s', g.over_s, `${g.edit}.over`, hands, 'number', seconds)),
    weights.length ? h('details', {}, h('summary', {}, `Aimed at ${g.aims.map((a) => a.asset).join(', ')}`), h('p', { class: 'hint' }, 'Each missile is aimed at one of these, in the proportion of their weights.'), h('div', { class: 'fields' }, ...weights)) : null,
    cite(g.cite), h('details', {}, h('summary', {}, `Figures of ${g.missile}`), figures(g.figures, hands)));
}

/** The raid, group by group. */
export function raidOf(t: Theatre, hands: Hands): HTMLElement {
  return h('details', { 'data-testid': 'raid-groups' }, h('summary', {}, 'What is launched'), ...(t.groups ?? []).map((g) => shot(g, hands)));
}

export function details(t: Theatre, kind: string, id: string, hands: Hands, threat: string): HTMLElement {
  const box = h('div', { 'data-testid': 'details' });
  if (kind === 'unit') {
    const u = unitsOf(t).find((x) => x.id === id);
    if (u) {
      const lat = kept(h('input', { type: 'number', value: u.lat, step: 'any', 'aria-label': 'Latitude, degrees' }));
      const lon = kept(h('input', { type: 'number', value: u.lon, step: 'any', 'aria-label': 'Longitude, degrees' }));
      const go = () => void hands.edit(moved(u, Number(lat.value), Number(lon.value)));
      lat.addEventListener('change', go);
      lon.addEventListener('change', go);
      box.append(h('h2', {}, u.name), h('p', { class: 'of' }, u.nation), h('div', { class: 'fields' }, h('label', { class: 'field' }, h('span', {}, 'Latitude'), lat), h('label', { class: 'field' }, h('span', {}, 'Longitude'), lon)),
        h('p', { class: 'hint' }, 'Drag it on the map, or move it with the arrow keys when the map has the focus.'), ...u.batteries.map((b) => battery(b, hands, threat)), ...u.sensors.map((x) => sensor(x, hands)));
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
      box.append(h('h2', {}, a.name), h('p', { class: 'of' }, a.nation), h('p', {}, `Value ${num(a.value)}; ${num(a.population)} people; a hit counts within ${num(a.radius_m / 1000)} km.`), h('div', { class: 'fields' }, field('Value', a.value, `assets.${key(a.id)}.value`, hands)), cite(a.cite));
      const aimed = (t.groups ?? []).filter((g) => g.aims.some((x) => x.asset === a.id));
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
      (t.groups ?? []).forEach((g) => {
        if (g.from !== area.id || (arc && g.missile !== arc.missile)) return;
        box.append(shot(g, hands));
      });
      box.append(cite(area.cite));
      return box;
    }
  }
  box.append(h('p', { class: 'empty' }, 'Click anything on the map: its figures, their ranges and where they come from stand here. Units can be dragged.'),
    h('label', { class: 'field' }, h('span', {}, 'Or choose a unit'), chooser(t)),
    h('p', { class: 'hint' }, 'With the focus on the map: full stop and comma go from unit to unit, arrow keys move the chosen one (with Shift: further), or the map when none is chosen; + and − come nearer and farther, 0 shows all, Escape lets go.'));
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
  return h('details', { 'data-testid': 'doctrine' }, h('summary', {}, 'How each nation fights'), ...(t.commands ?? []).map((c) => {
    const at = `commands.${key(c.nation)}`;
    return h('section', {}, h('h3', {}, c.nation), h('div', { class: 'fields' },
      field('Decision delay, s', c.decision_delay_s, `${at}.decision-delay`, hands, 'number', seconds), field('Kill assessment, s', c.assess_delay_s, `${at}.assess-delay`, hands, 'number', seconds),
      select('Fire', c.fire, ['shoot-look-shoot', 'salvo'], `${at}.fire`, hands), field('Salvo', c.salvo, `${at}.salvo`, hands),
      select('Timing', c.timing, ['hold', 'at-once'], `${at}.timing`, hands), select('Layers wait for each other', c.coordinate, ['when-short', 'always'], `${at}.coordinate`, hands),
      field('Reserve', c.reserve, `${at}.reserve`, hands), field('Ration', c.ration, `${at}.ration`, hands)), cite(c.cite));
  }));
}
