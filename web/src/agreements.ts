// Who tells whom what: switched on the map's lines, or in a table.
import { h, button } from './dom';
import type { Link, Posture, Theatre } from './api';
import { levelColours, levels } from './globe';
import type { Edits } from './details';

const one = (x: string | string[]) => (Array.isArray(x) ? x : [x]);
const same = (l: Link, from: string, to: string) => one(l.from).length === 1 && one(l.to).length === 1 && one(l.from)[0] === from && one(l.to)[0] === to;
type Edit = (e: Edits) => Promise<void>;

/** What can be done to the links of a theatre under one posture. */
function links(t: Theatre, p: Posture, edit: Edit) {
  const cut = (from: string, to: string) => t.changes.cut.some((l) => same(l, from, to) || (l.both && same(l, to, from)));
  const level = (from: string, to: string) => p.edges.filter((e) => e.from === from && e.to === to).reduce((m, e) => Math.max(m, levels.indexOf(e.level)), 0);
  const set = (from: string, to: string, level: string) => {
    const rest = t.changes.share.filter((l) => !(same(l, from, to) && one(l.in ?? []).includes(p.id)));
    const was = p.edges.find((e) => e.from === from && e.to === to);
    void edit([{ path: 'share', value: [...rest, { from, to, level, delay: `${was?.delay_s ?? 10} s`, in: p.id, source: 'assumption', reason: 'set in the workbench' }] }]);
  };
  const toggle = (a: string, b: string) => {
    const all = t.changes.cut;
    if (!cut(a, b)) { void edit([{ path: 'cut', value: [...all, { from: a, to: b, both: true }] }]); return; }
    const rest = all.filter((l) => !same(l, a, b) && !same(l, b, a));
    void edit([{ path: 'cut', value: rest.length ? rest : t.changes.below.includes('cut') ? [] : null }]);
  };
  const chooser = (from: string, to: string, id: string) => {
    const k = level(from, to);
    const e = h('select', { 'aria-label': `${from} tells ${to}`, 'data-testid': id, disabled: cut(from, to) }, ...levels.map((l, i) => h('option', { value: l, selected: i === k }, l.replace('-on-remote', ''))));
    e.style.borderLeftColor = levelColours()[k] ?? '#999';
    e.addEventListener('change', () => set(from, to, e.value));
    return e;
  };
  return { cut, level, toggle, chooser };
}

/** A line of the map that was clicked: both directions, and the whole of it. */
export function linkPanel(t: Theatre, p: Posture, a: string, b: string, edit: Edit): HTMLElement {
  const k = links(t, p, edit);
  const row = (from: string, to: string) => {
    const e = p.edges.find((x) => x.from === from && x.to === to);
    return h('div', { class: 'way' }, h('label', { class: 'field' }, h('span', {}, `${from} tells ${to}`), k.chooser(from, to, `edge-${from}-${to}`)),
      e && !k.cut(from, to) ? h('p', { class: 'hint' }, `after ${e.delay_s} s${e.quality < 1 ? `, quality ${e.quality}` : ''}${e.availability < 1 ? `, up in ${Math.round(100 * e.availability)} % of runs` : ''}${e.forwardable ? ', may be passed on' : ''}${e.veto ? ', may be vetoed' : ''}`) : null);
  };
  const off = k.cut(a, b);
  return h('div', {}, h('h3', {}, `${a} and ${b}, posture ${p.id}`), row(a, b), row(b, a), button(off ? `Restore ${a}–${b}` : `Cut ${a}–${b} in every posture`, () => k.toggle(a, b), { class: off ? 'link off' : 'link', 'data-testid': 'edge-cut' }));
}

export function agreements(t: Theatre, p: Posture | undefined, edit: Edit): HTMLElement {
  const box = h('div', { 'data-testid': 'agreements' });
  if (!p) { box.append(h('p', { class: 'empty' }, 'The scenario has no such posture.')); return box; }
  const k = links(t, p, edit);
  const defenders = t.nations.filter((n) => !n.attacker).map((n) => n.id);
  const matrix = h('table', { class: 'matrix' }, h('caption', {}, `Posture ${p.id}: rows tell columns`),
    h('thead', {}, h('tr', {}, h('td', {}), ...defenders.map((n) => h('th', { scope: 'col' }, n)))),
    h('tbody', {}, ...defenders.map((a) => h('tr', {}, h('th', { scope: 'row' }, a), ...defenders.map((b) => (a === b ? h('td', { class: 'self' }, '') : h('td', {}, k.chooser(a, b, `level-${a}-${b}`))))))));
  const pairs: HTMLElement[] = [];
  defenders.forEach((a, i) => defenders.slice(i + 1).forEach((b) => {
    const off = k.cut(a, b);
    if (!off && !t.postures.some((q) => q.edges.some((e) => (e.from === a && e.to === b) || (e.from === b && e.to === a)))) return;
    pairs.push(button(off ? `Restore ${a}–${b}` : `Cut ${a}–${b}`, () => k.toggle(a, b), { class: off ? 'link off' : 'link', 'aria-pressed': String(off), 'data-testid': `cut-${a}-${b}` }));
  }));
  const key = h('p', { class: 'key' });
  levels.slice(1).forEach((l, i) => {
    const line = h('span', { class: `line level-${i + 1}` });
    line.style.borderTopColor = levelColours()[i + 1]!;
    key.append(h('span', {}, line, l));
  });
  box.append(h('h2', {}, 'Who tells whom'), h('p', { class: 'about' }, p.about), h('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': 'Who tells whom' }, matrix), key, h('h3', {}, 'Cut in every posture'), h('div', { class: 'pairs' }, ...pairs),
    pairs.length ? h('p', { class: 'hint' }, 'A link that is cut is cut in each posture of the staircase. On the map, click a line.') : h('p', { class: 'empty' }, 'No two nations have a link in any posture.'));
  if (p.joint_fire.length) box.append(h('p', {}, `One fire control: ${p.joint_fire.map((g) => g.join(', ')).join('; ')}.`));
  if (p.mutual.length) box.append(h('p', {}, `Shooting for others: ${p.mutual.map((m) => `${m.by} for ${m.of.join(', ')}`).join('; ')}.`));
  return box;
}
