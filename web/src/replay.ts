// One run, played: a clock with hands, and the events in words.
import { ask, type Happening, type Replay, type Theatre } from './api';
import { h, button, num } from './dom';
import type { Globe } from './globe';
import type { Store } from './state';

export class Player {
  readonly element = h('div', { 'data-testid': 'replay' });
  private run?: Replay;
  private t = 0;
  private speed = 20;
  private playing = false;
  private last = 0;
  private slider = h('input', { type: 'range', min: 0, max: 1, step: 'any', value: 0, 'aria-label': 'Time of the raid, seconds' });
  private time = h('output', { class: 'time', 'data-testid': 'replay-time' }, '0 s');
  private play = button('Play', () => this.toggle(), { 'data-testid': 'play' });
  private list = h('ol', { class: 'events', 'data-testid': 'events' });
  private says = h('p', { class: 'about', 'data-testid': 'replay-run' });
  private rows: { at: number; e: HTMLElement; missile: string }[] = [];
  private only = h('select', { 'aria-label': 'Events of which missile', 'data-testid': 'events-of' });
  private tools = h('div', { class: 'fields', hidden: true });

  constructor(private globe: Globe | undefined, private store: Store, private clock: HTMLElement, private busy: (text: string) => void) {
    const speed = h('select', { 'aria-label': 'Speed' }, ...[5, 20, 60].map((x) => h('option', { value: x, selected: x === 20 }, `${x}×`)));
    speed.addEventListener('change', () => { this.speed = Number(speed.value); });
    this.slider.addEventListener('input', () => this.seek(Number(this.slider.value)));
    this.only.addEventListener('change', () => this.filter());
    clock.append(this.play, this.slider, this.time, speed, button('Leave', () => void this.leave(), { 'aria-label': 'Leave the replay', 'data-testid': 'leave-replay' }));
  }

  private shown = '';

  form(t: Theatre) {
    const key = `${t.digest} ${t.raid}`;
    if (key === this.shown && this.element.firstChild) return;
    this.shown = key;
    const struck = new Set((t.arcs ?? []).map((x) => x.asset));
    const pick = h('select', { 'aria-label': 'Which run', 'data-testid': 'pick' }, ...['median', 'best', 'worst'].map((x) => h('option', { value: x }, `${x} of 1000 runs`)), ...(t.assets ?? []).filter((a) => struck.has(a.id)).map((a) => h('option', { value: `hit ${a.id}` }, `a run in which ${a.name} is hit`)));
    const number = h('input', { type: 'number', min: 0, placeholder: 'or no. …', 'aria-label': 'Number of the run' });
    this.tools.replaceChildren(h('label', { class: 'field' }, h('span', {}, 'Events of'), this.only), button('Download CZML', () => this.download()));
    this.element.replaceChildren(h('div', { class: 'fields' }, pick, number, button('Load', () => void this.load(pick.value, number.value), { 'data-testid': 'load-replay' })), this.says, this.tools, this.list);
    if (!this.run) this.says.textContent = 'Choose a run of the posture on the map; it is played there with its detections, messages and shots.';
  }

  private async load(pick: string, number: string) {
    this.busy('Playing the run …');
    this.says.textContent = 'Playing the run …';
    const posture = this.store.state.posture;
    const [how, asset] = pick.split(' ');
    const body = number !== '' ? { run: Number(number) } : how === 'hit' ? { pick: 'hit', asset } : { pick: how };
    let r: Replay;
    try {
      r = await ask<Replay>('/replay', { ...this.store.variant, posture, ...body });
    } catch (e) {
      this.says.textContent = e instanceof Error ? e.message : String(e);
      throw e;
    }
    this.run = r;
    await this.globe?.replay(r);
    this.key(true);
    this.clock.hidden = false;
    this.slider.max = String(r.end_s);
    this.says.textContent = `Run ${r.run} of posture ${r.posture}, seed ${r.seed}: ${r.kills} killed, ${r.leakers} arrive.`;
    this.rows = r.happenings.map((x) => ({ at: x.time_s, e: this.event(x), missile: x.missile ?? '' }));
    const missiles = [...new Set(this.rows.map((x) => x.missile))].filter(Boolean);
    const lost = new Set(r.happenings.filter((x) => x.kind === 'leak').map((x) => x.missile));
    this.only.replaceChildren(h('option', { value: '' }, 'all missiles'), ...missiles.map((m) => h('option', { value: m }, lost.has(m) ? `${m}, arrives` : m)));
    this.tools.hidden = false;
    this.list.replaceChildren(...this.rows.map((x) => x.e));
    this.seek(0);
    this.busy('');
  }

  /** The story of one missile, or all. */
  private filter() {
    for (const x of this.rows) x.e.hidden = this.only.value !== '' && x.missile !== '' && x.missile !== this.only.value;
    this.seek(this.t);
  }

  private download() {
    if (!this.run) return;
    const a = h('a', { href: URL.createObjectURL(new Blob([JSON.stringify(this.run.czml)], { type: 'application/json' })), download: `run-${this.run.run}-${this.run.posture}.czml` });
    a.click();
    URL.revokeObjectURL(a.href);
  }

  /** The legend of a run instead of that of the graph. */
  private key(on: boolean) {
    for (const e of document.querySelectorAll<HTMLElement>('#legend .levels')) e.hidden = on;
    for (const e of document.querySelectorAll<HTMLElement>('#legend .played')) e.hidden = !on;
  }

  private event(x: Happening): HTMLElement {
    return h('li', { class: `event ${x.kind}` }, button(`${num(x.time_s)} s`, () => this.seek(x.time_s)), ` ${x.missile ? `${x.missile}: ` : ''}${x.text}`);
  }

  get loaded(): boolean { return this.run !== undefined; }

  async leave() {
    this.run = undefined;
    this.playing = false;
    this.play.textContent = 'Play';
    this.clock.hidden = true;
    this.key(false);
    this.rows = [];
    this.tools.hidden = true;
    this.list.replaceChildren();
    this.says.textContent = 'Choose a run of the posture on the map; it is played there with its detections, messages and shots.';
    await this.globe?.replay(undefined);
  }

  private seek(t: number) {
    if (!this.run) return;
    this.t = Math.max(0, Math.min(t, this.run.end_s));
    this.slider.value = String(this.t);
    this.time.textContent = `${Math.floor(this.t)} s`;
    this.globe?.at(this.run.epoch, this.t);
    let now: HTMLElement | undefined;
    for (const x of this.rows) {
      const past = x.at <= this.t;
      x.e.classList.toggle('past', past);
      if (past && !x.e.hidden) now = x.e;
    }
    if (now) this.list.scrollTop = now.offsetTop - this.list.offsetTop - this.list.clientHeight / 2;
  }

  private toggle() {
    if (!this.run) return;
    this.playing = !this.playing;
    this.play.textContent = this.playing ? 'Pause' : 'Play';
    if (this.playing) {
      if (this.t >= this.run.end_s) this.t = 0;
      this.last = performance.now();
      requestAnimationFrame((n) => this.tick(n));
    }
  }

  private tick(now: number) {
    if (!this.playing || !this.run) return;
    const took = now - this.last;
    this.seek(this.t + (took / 1000) * this.speed);
    this.last = now;
    if (this.t >= this.run.end_s) { this.toggle(); return; }
    // Where a picture takes long, the hands of the reader come between two of them.
    if (took > 100) setTimeout(() => requestAnimationFrame((n) => this.tick(n)), Math.min(300, took));
    else requestAnimationFrame((n) => this.tick(n));
  }
}
