// Who tells whom what, who shoots for whom, who shares a fire control: switched on
// the map's lines, or in tables.
import { h, button } from './dom';
import type { Edge, Posture, Switch, Theatre } from './api';
import { levelColours, levels } from './globe';

type Agree = (s: Switch) => Promise<void>;

/** What can be done to the agreements of a theatre under one posture. */
function switches(t: Theatre, p: Posture, agree: Agree) {
  const cut = (a: string, b: string) => t.cut.some((c) => c.includes(a) && c.includes(b));
  const between = (from: string, to: string): Edge[] => p.edges.filter((e) => e.from === from && e.to === to && e.level !== 'none');
  const toggle = (a: string, b: string) => void agree({ kind: 'cut', from: a, to: b, on: !cut(a, b) });
  const chooser = (from: string, to: string, id: string) => {
    const k = between(from, to).reduce((m, e) => Math.max(m, levels.indexOf(e.level)), 0);
    const e = h('select', { class: 'level', 'aria-label': `${from} tells ${to}`, 'data-testid': id }, ...levels.map((l, i) => h('option', { value: l, selected: i === k }, l.replace('-on-remote', ''))));
    e.style.borderLeftColor = levelColours()[k] ?? '#999';
    e.addEventListener('change', () => void agree({ kind: 'link', posture: p.id, from, to, level: e.value }));
    return e;
  };
  const shoots = (by: string, of: string, id: string) => {
    const e = h('input', { type: 'checkbox', 'aria-label': `${by} shoots for ${of}`, 'data-testid': id, checked: p.mutual.some((m) => m.by === by && m.of.includes(of)) });
    e.addEventListener('change', () => void agree({ kind: 'mutual-defence', posture: p.id, from: by, to: of, on: e.checked }));
    return e;
  };
  // With whom a nation may share its fire control: each group there is, and each nation by itself.
  const control = (n: string, id: string) => {
    const others = t.nations.filter((x) => !x.attacker && x.id !== n).map((x) => x.id);
    const group = (x: string) => p.joint_fire.find((g) => g.includes(x));
    const ways = new Map(others.map((x) => [(group(x) ?? [x]).filter((y) => y !== n).join(', '), x]));
    const e = h('select', { 'aria-label': `${n} shares its fire control with`, 'data-testid': id }, h('option', { value: '' }, 'nobody'), ...[...ways].map(([label, x]) => h('option', { value: x, selected: group(n)?.includes(x) === true }, label)));
    e.addEventListener('change', () => void agree({ kind: 'joint-fire-control', posture: p.id, from: n, to: e.value, on: e.value !== '' }));
    return e;
  };
  return { cut, between, toggle, chooser, shoots, control };
}

const percent = (x: number) => `${Math.round(100 * x)} %`;

/** A link in words. */
const words = (e: Edge) => `${e.level} after ${e.delay_s} s${e.only.length ? `, only ${e.only.join(', ')}` : ''}${e.quality < 1 ? `, quality ${e.quality}` : ''}${e.availability < 1 ? `, up in ${percent(e.availability)} of runs` : ''}${e.lost_at_s !== null ? `, lost at ${e.lost_at_s} s` : ''}${e.forwardable ? ', may be passed on' : ''}${e.veto ? ', may be vetoed' : ''}`;

/** A line of the map that was clicked: all that two nations agree under a posture. */
export function linkPanel(t: Theatre, p: Posture, a: string, b: string, agree: Agree): HTMLElement {
  const k = switches(t, p, agree);
  const off = k.cut(a, b);
  const row = (from: string, to: string) => h('div', { class: 'way' }, h('label', { class: 'field' }, h('span', {}, `${from} tells ${to}`), k.chooser(from, to, `edge-${from}-${to}`)), ...k.between(from, to).map((e) => h('p', { class: 'hint' }, words(e))));
  const shoots = (by: string, of: string) => h('label', { class: 'tick' }, k.shoots(by, of, `edge-shoots-${by}-${of}`), ` ${by} shoots for ${of}`);
  const control = (n: string) => h('label', { class: 'field' }, h('span', {}, `${n} shares its fire control with`), k.control(n, `edge-control-${n}`));
  return h('div', {}, h('h3', {}, `${a} and ${b}, posture ${p.id}`), row(a, b), row(b, a), h('div', { class: 'ticks' }, shoots(a, b), shoots(b, a)), h('div', { class: 'way' }, control(a)), h('div', { class: 'way' }, control(b)),
    button(off ? `Restore links ${a}–${b}` : `Cut links ${a}–${b} in every posture`, () => k.toggle(a, b), { class: off ? 'link off' : 'link', 'data-testid': 'edge-cut' }));
}

export function agreements(t: Theatre, p: Posture | undefined, agree: Agree): HTMLElement {
  const box = h('div', { 'data-testid': 'agreements' });
  if (!p) { box.append(h('p', { class: 'empty' }, 'The scenario has no such posture.')); return box; }
  const k = switches(t, p, agree);
  const defenders = t.nations.filter((n) => !n.attacker).map((n) => n.id);
  const matrix = (label: string, caption: string, cell: (a: string, b: string) => HTMLElement) => h('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': label }, h('table', { class: 'matrix' }, h('caption', {}, caption),
    h('thead', {}, h('tr', {}, h('td', {}), ...defenders.map((n) => h('th', { scope: 'col' }, n)))),
    h('tbody', {}, ...defenders.map((a) => h('tr', {}, h('th', { scope: 'row' }, a), ...defenders.map((b) => (a === b ? h('td', { class: 'self' }, '') : h('td', {}, cell(a, b)))))))));
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
  box.append(h('h2', {}, 'Who tells whom'), h('p', { class: 'about' }, `Posture ${p.id}: ${p.about || 'not described'}`), matrix('Who tells whom', 'Rows tell columns', (a, b) => k.chooser(a, b, `level-${a}-${b}`)), key);
  if (defenders.length > 1) {
    box.append(h('h3', {}, 'Who shoots for whom'), matrix('Who shoots for whom', 'Rows also spend their interceptors on what is aimed at columns', (a, b) => k.shoots(a, b, `shoots-${a}-${b}`)),
      h('h3', {}, 'Who shares a fire control'), h('p', { class: 'hint' }, 'Nations under one fire control do not shoot where another\'s shot is on its way, when rounds are short.'),
      h('div', { class: 'fields' }, ...defenders.map((n) => h('label', { class: 'field' }, h('span', {}, `${n} with`), k.control(n, `control-${n}`)))));
  }
  box.append(h('h3', {}, 'Links in every posture'), h('div', { class: 'pairs' }, ...pairs),
    pairs.length ? h('p', { class: 'hint' }, 'What is cut here is cut in each posture of the staircase: the two tell each other nothing. All else above holds for this posture. On the map, click a line.') : h('p', { class: 'empty' }, 'No two nations have a link in any posture.'));
  return box;
}
