// Who tells whom what: a matrix to switch, in step with the arrows on the map.
import { h, button } from './dom';
import type { Link, Posture, Theatre } from './api';
import { levelColours, levels } from './globe';
import type { Edits } from './details';

const one = (x: string | string[]) => (Array.isArray(x) ? x : [x]);
const same = (l: Link, from: string, to: string) => one(l.from).length === 1 && one(l.to).length === 1 && one(l.from)[0] === from && one(l.to)[0] === to;

export function agreements(t: Theatre, p: Posture | undefined, edit: (e: Edits) => Promise<void>): HTMLElement {
  const box = h('div', { 'data-testid': 'agreements' });
  if (!p) { box.append(h('p', { class: 'empty' }, 'The scenario has no such posture.')); return box; }
  const defenders = t.nations.filter((n) => !n.attacker).map((n) => n.id);
  const cut = (from: string, to: string) => t.changes.cut.some((l) => same(l, from, to) || (l.both && same(l, to, from)));

  const level = (from: string, to: string) => p.edges.filter((e) => e.from === from && e.to === to).reduce((m, e) => Math.max(m, levels.indexOf(e.level)), 0);
  const set = (from: string, to: string, to2: string) => {
    const rest = t.changes.share.filter((l) => !(same(l, from, to) && one(l.in ?? []).includes(p.id)));
    const was = p.edges.find((e) => e.from === from && e.to === to);
    const delay = `${was?.delay_s ?? 10} s`;
    void edit([{ path: 'share', value: [...rest, { from, to, level: to2, delay, in: p.id, source: 'assumption', reason: 'set in the workbench' }] }]);
  };
  const toggle = (a: string, b: string) => {
    if (cut(a, b)) {
      const rest = t.changes.cut.filter((l) => !same(l, a, b) && !same(l, b, a));
      void edit([{ path: 'cut', value: rest.length ? rest : null }]);
    } else void edit([{ path: 'cut', value: [...t.changes.cut, { from: a, to: b, both: true }] }]);
  };

  const matrix = h('table', { class: 'matrix' }, h('caption', {}, `Posture ${p.id}: rows tell columns`),
    h('thead', {}, h('tr', {}, h('td', {}), ...defenders.map((n) => h('th', { scope: 'col' }, n)))),
    h('tbody', {}, ...defenders.map((a) => h('tr', {}, h('th', { scope: 'row' }, a), ...defenders.map((b) => {
      if (a === b) return h('td', { class: 'self' }, '');
      const k = level(a, b);
      const e = h('select', { 'aria-label': `${a} tells ${b}`, 'data-testid': `level-${a}-${b}`, disabled: cut(a, b) }, ...levels.map((l, i) => h('option', { value: l, selected: i === k }, l.replace('-on-remote', ''))));
      e.style.borderLeftColor = levelColours[k] ?? '#999';
      e.addEventListener('change', () => set(a, b, e.value));
      return h('td', {}, e);
    })))));

  const pairs: HTMLElement[] = [];
  defenders.forEach((a, i) => defenders.slice(i + 1).forEach((b) => {
    const linked = cut(a, b) || t.postures.some((q) => q.edges.some((e) => (e.from === a && e.to === b) || (e.from === b && e.to === a)));
    if (!linked) return;
    const off = cut(a, b);
    pairs.push(button(off ? `Restore ${a}–${b}` : `Cut ${a}–${b}`, () => toggle(a, b), { class: off ? 'link off' : 'link', 'aria-pressed': String(off), 'data-testid': `cut-${a}-${b}` }));
  }));
  const key = h('p', { class: 'key' });
  levels.slice(1).forEach((l, i) => {
    const dot = h('span', { class: 'dot' });
    dot.style.background = levelColours[i + 1]!;
    key.append(dot, `${l} `);
  });
  box.append(h('p', { class: 'about' }, p.about), h('div', { class: 'wide' }, matrix), key, h('h3', {}, 'Cut in every posture'), h('div', { class: 'pairs' }, ...pairs),
    pairs.length ? h('p', { class: 'hint' }, 'A link that is cut is cut in each posture of the staircase.') : h('p', { class: 'empty' }, 'No two nations have a link in any posture.'));
  if (p.joint_fire.length) box.append(h('p', {}, `One fire control: ${p.joint_fire.map((g) => g.join(', ')).join('; ')}.`));
  if (p.mutual.length) box.append(h('p', {}, `Shooting for others: ${p.mutual.map((m) => `${m.by} for ${m.of.join(', ')}`).join('; ')}.`));
  return box;
}
