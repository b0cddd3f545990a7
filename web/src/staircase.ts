// The staircase: what arrives under each posture, with its interval, and what
// each step changes.
import { h, num, s, signed } from './dom';
import type { Comparison, Figure, Row } from './api';

const width = 400;
const rowHeight = 46;

const low = (f: Figure) => f.low ?? f.value;
const high = (f: Figure) => f.high ?? f.value;
export const clear = (f: Figure) => low(f) > 0 || high(f) < 0;

function change(r: Row, first: boolean): string {
  if (first) return '';
  const d = r.step.leakers;
  if (d.value === 0 && low(d) === 0 && high(d) === 0) return 'no run differs from the step before';
  return `${signed(d.value)} [${signed(low(d))}, ${signed(high(d))}]${clear(d) ? '' : ' not significant'}`;
}

const differs = (was: number | undefined, now: number): was is number => was !== undefined && Math.abs(was - now) > 1e-9;

/** Where the bar ended before the last change. */
function ghost(was: number | undefined, now: number, x: (v: number) => number, y: number): SVGElement[] {
  return differs(was, now) ? [s('rect', { x: 4, y: y + 19, width: Math.max(1, x(was)), height: 14, rx: 2, class: 'ghost' })] : [];
}

export function staircase(c: Comparison, settled: boolean, chosen: string, onPosture: (id: string) => void, was?: Comparison): HTMLElement {
  const before = (r: Row) => was?.postures.find((p) => p.posture === r.posture)?.leakers.value;
  const most = Math.max(1e-9, ...c.postures.map((r) => Math.max(high(r.leakers), before(r) ?? 0)));
  const x = (v: number) => (v / most) * (width - 140);
  const svg = s('svg', { viewBox: `0 0 ${width} ${c.postures.length * rowHeight}`, role: 'group', 'aria-label': `Missiles that arrive under each posture, of ${c.missiles}: ${c.postures.map((r) => `${r.posture} ${num(r.leakers.value)}`).join(', ')}`, class: 'stairs' });
  c.postures.forEach((r, i) => {
    const y = i * rowHeight;
    const g = s('g', { class: r.posture === chosen ? 'step chosen' : 'step', tabindex: 0, role: 'button', 'aria-pressed': String(r.posture === chosen), 'data-testid': `step-${r.posture}`, 'data-value': r.leakers.value, 'data-runs': c.runs, 'data-settled': String(settled), click: () => onPosture(r.posture), keydown: (e) => { if (['Enter', ' '].includes((e as KeyboardEvent).key)) { e.preventDefault(); onPosture(r.posture); } } },
      s('rect', { x: 0, y: y + 1, width, height: rowHeight - 2, rx: 4, class: 'back' }),
      s('text', { x: 4, y: y + 15, class: 'name' }, r.posture),
      s('rect', { x: 4, y: y + 21, width: Math.max(1, x(r.leakers.value)), height: 10, rx: 2, class: 'bar' }),
      s('line', { x1: 4 + x(low(r.leakers)), x2: 4 + x(high(r.leakers)), y1: y + 26, y2: y + 26, class: 'whisker' }),
      s('line', { x1: 4 + x(low(r.leakers)), x2: 4 + x(low(r.leakers)), y1: y + 22, y2: y + 30, class: 'whisker' }),
      s('line', { x1: 4 + x(high(r.leakers)), x2: 4 + x(high(r.leakers)), y1: y + 22, y2: y + 30, class: 'whisker' }),
      ...ghost(before(r), r.leakers.value, x, y),
      s('text', { x: Math.max(x(high(r.leakers)), x(before(r) ?? 0)) + 10, y: y + 30, class: 'value' }, `${num(r.leakers.value)} [${num(low(r.leakers))}, ${num(high(r.leakers))}]`),
      s('text', { x: 4, y: y + 42, class: 'small' }, [change(r, i === 0), differs(before(r), r.leakers.value) ? `was ${num(before(r))}` : ''].filter(Boolean).join('; ')));
    svg.append(g);
  });
  return h('figure', {}, svg as unknown as HTMLElement, h('figcaption', {}, `Missiles that arrive, mean and 95 % interval, of ${c.missiles} in the raid ${c.raid}.`));
}

/** Per nation: what arrives, and what it spends on others. */
export function nationTable(c: Comparison): HTMLElement {
  const first = c.postures[0];
  const last = c.postures[c.postures.length - 1];
  if (!first || !last) return h('p', { class: 'empty' }, 'There is no posture to play.');
  if (first === last) return h('table', {}, h('caption', {}, `Nation by nation under ${last.posture}`), h('thead', {}, h('tr', {}, h('td', {}), ...['leakers', 'damage', 'rounds fired'].map((t) => h('th', { scope: 'col' }, t)))),
    h('tbody', {}, ...(last.nations ?? []).map((n) => h('tr', {}, h('th', { scope: 'row' }, n.nation), ...[n.leakers, n.damage, n.shots].map((f) => h('td', {}, num(f.value)))))));
  const rows = (last.nations ?? []).map((n) => {
    const was = first.nations?.find((m) => m.nation === n.nation);
    return h('tr', {}, h('th', { scope: 'row' }, n.nation), h('td', {}, num(was?.leakers.value)), h('td', {}, num(n.leakers.value)), h('td', {}, signed(n.base_leakers.value)), h('td', {}, num(n.shots.value)), h('td', {}, num(n.on_others.value)));
  });
  return h('table', {}, h('caption', {}, `Nation by nation: ${first.posture} against ${last.posture}`),
    h('thead', {}, h('tr', {}, h('td', {}), ...[`leakers, ${first.posture}`, `leakers, ${last.posture}`, 'change', 'rounds fired', 'for others'].map((t) => h('th', { scope: 'col' }, t)))), h('tbody', {}, ...rows));
}

/** What changed against the last settled answer, in words for a reader and for a screen reader. */
export function against(was: Comparison | undefined, now: Comparison): string {
  if (!was) return '';
  const parts: string[] = [];
  for (const r of now.postures) {
    const o = was.postures.find((p) => p.posture === r.posture);
    if (o && Math.abs(o.leakers.value - r.leakers.value) > 1e-9) parts.push(`${r.posture} ${num(o.leakers.value)} → ${num(r.leakers.value)}`);
  }
  return parts.length ? `Leakers: ${parts.join('; ')}` : 'No posture lets another number arrive than before.';
}
