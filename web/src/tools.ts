// The smaller views: comparison, warning, studies.
import { ask, get, send, stream, type Comparison, type Figure, type FlightTime, type Listed, type Pairing, type Study, type Theatre, type Timeline, type Variant } from './api';
import { h, button, num, s, signed, whole } from './dom';
import type { Store } from './state';

const range = (f: Figure) => `${num(f.value)} [${num(f.low)}, ${num(f.high)}]`;

/** One side of a comparison. */
export interface Side { variant: Variant; posture: string; label: string }

/** Two sides over the same dice: postures of what is on the screen, of what was kept before, of another scenario. */
export class Compare {
  /** Draws what both sides defend over each other. */
  onFootprints: (a: Side, b: Side) => void = () => {};
  readonly element = h('div', { 'data-testid': 'compare' });
  private kept?: { variant: Variant; posture: string; label: string; postures: string[] };
  private result = h('div', { 'aria-live': 'polite' });
  private form = h('div');
  private theatre?: Theatre;
  private postures = new Map<string, string[]>();

  constructor(private store: Store, private busy: (s: string) => void, private listed: () => Listed[]) {
    this.element.append(this.form, this.result);
    this.result.append(h('p', { class: 'empty' }, 'Both sides meet the same dice, so that the difference is theirs and not chance.'));
  }

  show(t: Theatre) {
    this.theatre = t;
    const chosen = ['a', 'b'].map((k) => [this.form.querySelector<HTMLSelectElement>(`[data-testid=variant-${k}]`)?.value, this.form.querySelector<HTMLSelectElement>(`[data-testid=compare-${k}]`)?.value]);
    const [a, b] = [this.side('a', chosen[0]![0], chosen[0]![1] ?? t.ladder[0]), this.side('b', chosen[1]![0], this.store.state.posture)];
    const keep = button(this.kept ? `Kept: ${this.kept.label}. Keep the screen instead` : 'Keep what is on the screen', () => {
      this.kept = { variant: this.store.variant, posture: this.store.state.posture, label: `${t.name} at ${new Date().toLocaleTimeString()}`, postures: t.postures.map((p) => p.id) };
      this.show(t);
      const first = this.form.querySelector<HTMLSelectElement>('[data-testid=variant-a]')!;
      first.value = 'kept';
      first.dispatchEvent(new Event('change'));
    }, { 'data-testid': 'keep', title: 'Then change something, and compare' });
    this.form.replaceChildren(a.element, b.element, h('div', { class: 'fields' }, button('Compare', () => void this.run(a.get(), b.get()), { 'data-testid': 'run-compare', class: 'main' }), keep));
  }

  /** One side's form: of what, under which posture. */
  private side(k: 'a' | 'b', of = 'screen', posture?: string): { element: HTMLElement; get: () => Side } {
    const t = this.theatre!;
    const what = h('select', { 'aria-label': k === 'a' ? 'First side' : 'Second side', 'data-testid': `variant-${k}` }, h('option', { value: 'screen' }, 'what is on the screen'), this.kept ? h('option', { value: 'kept' }, this.kept.label) : null,
      ...this.listed().filter((x) => x.id !== this.store.state.scenario || this.store.state.overlay !== '').map((x) => h('option', { value: x.id }, x.name)));
    const under = h('select', { 'aria-label': k === 'a' ? 'First posture' : 'Second posture', 'data-testid': `compare-${k}` });
    const fill = (ids: string[], want?: string) => {
      under.replaceChildren(...ids.map((id) => h('option', { value: id, selected: id === want }, id)));
    };
    const follow = async (want?: string) => {
      if (what.value === 'screen') { fill(t.postures.map((p) => p.id), want); return; }
      if (what.value === 'kept') { fill(this.kept!.postures, want ?? this.kept!.posture); return; }
      const id = what.value;
      let ids = this.postures.get(id);
      if (!ids) {
        under.replaceChildren(h('option', { value: '' }, '…'));
        const other = await ask<Theatre>('/theatre', { scenario: id, overlay: '', raid: '' });
        ids = [...other.ladder].reverse().concat(other.postures.filter((p) => !p.on_ladder).map((p) => p.id));
        this.postures.set(id, ids);
      }
      if (what.value === id) fill(ids, want);
    };
    what.value = of;
    if (what.selectedIndex < 0) what.value = 'screen';
    what.addEventListener('change', () => void follow(under.value || undefined));
    void follow(posture);
    const element = h('fieldset', { class: 'side' }, h('legend', {}, k === 'a' ? 'First (dashed on the map)' : 'Second (full line)'), h('label', { class: 'field' }, h('span', {}, 'Of'), what), h('label', { class: 'field' }, h('span', {}, 'Posture'), under));
    const get = (): Side => {
      const variant = what.value === 'screen' ? this.store.variant : what.value === 'kept' ? this.kept!.variant : { scenario: what.value, overlay: '', raid: '' };
      const name = what.value === 'screen' ? '' : what.selectedOptions[0]?.textContent ?? '';
      return { variant, posture: under.value, label: name ? `${under.value}, ${name}` : under.value };
    };
    return { element, get };
  }

  private async run(a: Side, b: Side) {
    this.busy('Comparing …');
    const old = this.result.querySelector('table');
    old?.classList.add('stale');
    let r: Pairing;
    try {
      r = await ask<Pairing>('/compare', { a: a.variant, b: b.variant, posture_a: a.posture, posture_b: b.posture, runs: 4000 });
    } catch (e) {
      this.busy('');
      old?.classList.remove('stale');
      throw e;
    }
    this.busy('');
    const names = a.label === b.label ? ['first', 'second'] : [a.label, b.label];
    const range = (f: Figure) => [num(f.value), h('span', { class: 'range' }, `[${num(f.low)}, ${num(f.high)}]`)];
    const rows = r.rows.map((x) => h('tr', { class: x.nation ? 'sub' : '' }, h('th', { scope: 'row' }, x.nation ? `${x.nation}: ${x.what}` : x.what, h('span', { class: 'range' }, x.unit)), h('td', {}, ...range(x.a)), h('td', {}, ...range(x.b)),
      h('td', {}, signed(x.difference.value), h('span', { class: 'range' }, `[${signed(x.difference.low ?? x.difference.value)}, ${signed(x.difference.high ?? x.difference.value)}]`)), h('td', {}, x.significant ? h('strong', {}, 'yes') : 'no')));
    this.result.replaceChildren(h('table', { class: 'pairs-table' }, h('caption', {}, `${names[0]} against ${names[1]}: ${whole(r.runs)} runs, seed ${r.seed}, 95 % intervals; the difference is that of the same run under both`),
      h('thead', {}, h('tr', {}, h('td', {}), ...[...names, 'difference', 'significant at 95 %?'].map((t) => h('th', { scope: 'col' }, t)))), h('tbody', {}, ...rows)),
      button('Lay their footprints over each other', () => this.onFootprints(a, b), { 'data-testid': 'overlay-footprints' }));
  }
}

/** Seconds of warning, for the posture shown and the first of the ladder: a bar from launch to impact per flight, and the numbers. */
export async function warning(store: Store, t: Theatre, signal: AbortSignal): Promise<HTMLElement> {
  const first = t.ladder[0] ?? '';
  const list = [...new Set([first, store.state.posture])].filter(Boolean);
  const r = await ask<Timeline>('/warn', { ...store.variant, postures: list, runs: 200 }, signal);
  const last = r.postures[r.postures.length - 1];
  const base = r.postures[0];
  const flights = last?.flights ?? [];
  if (!last || !base || flights.length === 0) return h('p', { class: 'empty', 'data-testid': 'warning' }, 'No flight of this raid is aimed at anything defended.');
  const left = (at: number | null, impact: number) => (at === null ? null : impact - at);
  const longest = Math.max(...flights.map((f) => f.impact_s));
  const bar = (f: FlightTime) => {
    const x = (sec: number) => (400 * sec) / longest;
    const end = x(f.impact_s);
    const part = (from: number | null, to: number | null, kind: string) => (from === null || to === null || to <= from ? null : s('rect', { x: x(from), y: 2, width: x(to) - x(from), height: 8, class: kind }));
    const tick = (at: number | null, kind: string) => (at === null ? null : s('line', { x1: x(at), x2: x(at), y1: 0, y2: 12, class: kind }));
    return s('svg', { viewBox: '0 0 400 12', preserveAspectRatio: 'none', class: 'flight', 'aria-hidden': 'true' }, s('rect', { x: 0, y: 4, width: end, height: 4, class: 'air' }), part(f.alert_s, f.impact_s, 'warned'), part(f.first_shot_s, f.last_shot_s, 'shots'), tick(f.firm_track_s, 'firm'));
  };
  const key = h('p', { class: 'key' }, ...[['air', 'in flight'], ['warned', 'alerted'], ['firm', 'firm track'], ['shots', 'can be shot at']].map(([c, l]) => h('span', {}, h('span', { class: `swatch ${c}` }), l!)));
  return h('div', { 'data-testid': 'warning' }, key, h('table', { class: 'warn' }, h('caption', {}, `Seconds before impact under ${last.posture}${base === last ? '' : `, and what it gains over ${base.posture}`}; medians of ${r.runs} runs`),
    h('thead', {}, h('tr', {}, ...['asset and missile', 'alert', 'firm track', 'first shot', 'last shot', 'gained'].map((x) => h('th', { scope: 'col' }, x)))),
    ...flights.map((f) => {
      const was = base.flights.find((y) => y.asset === f.asset && y.missile === f.missile && y.from === f.from);
      const now = left(f.alert_s, f.impact_s);
      const then = was ? left(was.alert_s, was.impact_s) : null;
      return h('tbody', {}, h('tr', { class: 'pair' }, h('th', { scope: 'row' }, f.asset_name, h('span', { class: 'range' }, `${f.missile} from ${f.from}, ${num(f.impact_s)} s`)), h('td', {}, num(now)), h('td', {}, num(left(f.firm_track_s, f.impact_s))), h('td', {}, num(left(f.first_shot_s, f.impact_s))), h('td', {}, num(left(f.last_shot_s, f.impact_s))), h('td', {}, now !== null && then !== null ? signed(now - then) : now !== null && then === null ? 'only now' : '–')),
        h('tr', { class: 'picture' }, h('td', { colspan: 6 }, bar(f) as unknown as HTMLElement)));
    })));
}

/** Longer questions: started, watched, kept. */
export class Studies {
  readonly element = h('div', { 'data-testid': 'studies' });
  private list = h('div', { class: 'studies' });
  private watched = new Set<string>();
  private saved = h('div', { 'data-testid': 'saved' });
  /** Opens a scenario; tells that the list of them has changed. */
  onScenario: (id: string | undefined) => void = () => {};

  constructor(private store: Store, private busy: (s: string) => void) {
    const kind = h('select', { 'aria-label': 'Kind of study', 'data-testid': 'study-kind' }, ...[['gain', 'staircase'], ['report', 'full report'], ['burden', 'who should pay'], ['links', 'which agreement is worth most'], ['cost', 'what it costs'], ['campaign', 'days of raids'], ['deny', 'against the size of the raid']].map(([v, l]) => h('option', { value: v! }, l!)));
    const runs = h('input', { type: 'number', value: 2000, min: 100, max: 1000000, 'aria-label': 'Runs', 'data-testid': 'study-runs' });
    this.element.append(h('h2', {}, 'Studies'), h('div', { class: 'fields' }, h('label', { class: 'field' }, h('span', {}, 'Kind'), kind), h('label', { class: 'field' }, h('span', {}, 'Runs'), runs), button('Start', () => void this.start(kind.value, Number(runs.value)), { 'data-testid': 'start-study' })), this.table, this.list, h('h3', {}, 'Saved scenarios'), this.saved);
  }

  private async start(kind: string, runs: number) {
    this.busy('Starting …');
    await send<Study>('POST', '/studies', { ...this.store.variant, kind, runs });
    this.busy('');
    await this.refresh();
  }

  /** The whole report of what a study asks is a study, too. */
  private async report(s: Study) {
    this.busy('Starting the report …');
    await send<Study>('POST', `/studies/${s.id}/report`);
    this.busy(`The report of ${s.name} is being made; it stands first in the list.`);
    await this.refresh();
  }

  async refresh() {
    await this.scenarios();
    const r = await get<{ items: Study[] }>('/studies');
    this.list.replaceChildren(...(r.items.length ? r.items.map((s) => this.card(s)) : [h('p', { class: 'empty' }, 'No study yet. A study is kept with its results, and goes on when this page is closed.')]));
    for (const s of r.items) if (['queued', 'running'].includes(s.state)) void this.watch(s.id);
  }

  private beside: Study[] = [];
  private table = h('div', { 'data-testid': 'studies-compared' });

  /** Two staircases beside each other, when two are chosen. */
  private async compare(s: Study, on: boolean) {
    this.beside = on ? [...this.beside.filter((x) => x.id !== s.id), s].slice(-2) : this.beside.filter((x) => x.id !== s.id);
    for (const box of this.list.querySelectorAll<HTMLInputElement>('input[data-study]')) box.checked = this.beside.some((x) => x.id === box.dataset.study);
    if (this.beside.length < 2) { this.table.replaceChildren(); return; }
    const [a, b] = await Promise.all(this.beside.map((x) => get<{ result: Comparison; scenario_digest: string }>(`/studies/${x.id}/files/result.json`)));
    const of = (c: Comparison, p: string) => c.postures.find((r) => r.posture === p);
    const names = [...new Set([...a!.result.postures, ...b!.result.postures].map((r) => r.posture))];
    this.table.replaceChildren(h('table', {}, h('caption', {}, `Missiles that arrive: ${this.beside[0]!.name} (${a!.result.runs} runs) against ${this.beside[1]!.name} (${b!.result.runs} runs)${a!.scenario_digest === b!.scenario_digest ? '; the same scenario' : ''}`),
      h('thead', {}, h('tr', {}, h('td', {}), ...['first', 'second', 'difference'].map((t) => h('th', { scope: 'col' }, t)))),
      h('tbody', {}, ...names.map((n) => {
        const x = of(a!.result, n)?.leakers;
        const y = of(b!.result, n)?.leakers;
        return h('tr', {}, h('th', { scope: 'row' }, n), h('td', {}, x ? range(x) : '–'), h('td', {}, y ? range(y) : '–'), h('td', {}, x && y ? signed(y.value - x.value) : '–'));
      }))), h('p', { class: 'hint' }, 'Two studies each have their own interval; for a paired difference use Compare.'));
  }

  /** One's own scenarios: to open, share, remove. */
  private async scenarios() {
    const mine = (await scenarios()).filter((x) => x.mine);
    const change = (what: Promise<unknown>) => void what.then(() => { this.onScenario(undefined); return this.scenarios(); });
    this.saved.replaceChildren(...(mine.length ? mine.map((x) => h('article', { class: 'study' }, h('h3', {}, x.name), h('p', {}, x.shared ? 'shared' : 'yours alone'),
      button('Open', () => this.onScenario(x.id)),
      button(x.shared ? 'Stop sharing' : 'Share', () => change(get<{ text: string }>(`/scenarios/${x.id}`).then((w) => send('PUT', `/scenarios/${x.id}`, { text: w.text, shared: !x.shared })))),
      button('Remove', () => change(send('DELETE', `/scenarios/${x.id}`))))) : [h('p', { class: 'empty' }, 'Nothing saved yet: Save as … keeps what is on the screen.')]));
  }

  private async watch(id: string) {
    if (this.watched.has(id)) return;
    this.watched.add(id);
    try {
      await stream('GET', `/studies/${id}/events`, undefined, (event, data) => {
        if (event !== 'study') return;
        const s = data as Study;
        const old = this.list.querySelector(`[data-id="${CSS.escape(id)}"]`);
        if (old) old.replaceWith(this.card(s));
      });
    } finally {
      this.watched.delete(id);
    }
  }

  private card(s: Study): HTMLElement {
    const open = ['queued', 'running'].includes(s.state);
    const file = (name: string, label: string, view = false) => s.files.some((f) => f.name === name) ? h('a', { href: `/api/v1/studies/${s.id}/files/${name}${view ? '?view=true' : ''}`, class: 'file', target: view ? '_blank' : undefined, rel: 'noopener', download: view ? undefined : name, 'data-testid': `file-${name}${view ? '-view' : ''}` }, label) : null;
    return h('article', { class: `study ${s.state}`, 'data-id': s.id, 'data-state': s.state }, h('h3', {}, s.name),
      h('p', {}, `${s.state}${s.stage ? `, ${s.stage}` : ''}${s.state === 'running' && s.total ? `: ${Math.round((100 * s.done) / s.total)} %` : ''}${s.left_s !== undefined && open ? `, ${num(s.left_s)} s left` : ''}${s.state === 'done' ? `; ${whole(s.runs)} runs, ${num(s.cpu_s)} s` : ''}${s.mine ? '' : `; of ${s.owner}`}`),
      open ? h('progress', { max: Math.max(1, s.total), value: s.state === 'running' && !s.total ? undefined : s.done, 'aria-label': 'Progress' }) : null,
      s.problem ? h('p', { class: 'error' }, s.problem) : null,
      s.state === 'done' && ['gain', 'report'].includes(s.kind) ? h('label', { class: 'check' }, h('input', { type: 'checkbox', 'data-study': s.id, checked: this.beside.some((x) => x.id === s.id), change: (e) => void this.compare(s, (e.target as HTMLInputElement).checked) }), ' lay beside another') : null,
      h('p', { class: 'files' }, file('report.html', 'Read', true), file('report.html', 'Report'), file('results.csv', 'CSV'), file('results.parquet', 'Parquet'), file('result.json', 'JSON'), file('scenario.yaml', 'Scenario')),
      s.kind !== 'report' && s.state !== 'failed' ? button('Full report', () => void this.report(s), { 'data-testid': 'full-report', title: 'Makes the whole report of what this study asks: staircase, maps, warning, what would flip it, sources' }) : null,
      s.mine ? button(open ? 'Cancel' : 'Remove', () => void send('DELETE', `/studies/${s.id}`).then(() => this.refresh()), { 'data-testid': open ? 'cancel' : 'remove' }) : null,
      s.mine ? button(s.shared ? 'Stop sharing' : 'Share', () => void send('PATCH', `/studies/${s.id}`, { shared: !s.shared }).then(() => this.refresh())) : null);
  }
}

export const scenarios = () => get<{ items: Listed[] }>('/scenarios').then((r) => r.items);
