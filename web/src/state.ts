// What is on the screen is a scenario, the text laid over it, and a raid. That
// is all: undo is a stack of texts, a link holds them, and saving writes one.
import { strFromU8, strToU8, unzlibSync, zlibSync } from 'fflate';
import { ask, type Switch, type Variant } from './api';

export interface State extends Variant { posture: string }

/** How it is looked at: no figure depends on it, nothing of it is undone; a link holds it. */
export interface View { tab?: string; kind?: string; id?: string; threat?: string; flat?: boolean; box?: number[] }

type Listener = (s: State) => void;

/** How a text that is laid over a scenario begins. */
export const firstLines = (scenario: string) => `testudo: 1\ninclude: ${scenario}.yaml\n`;

export class Store {
  private now: State = { scenario: '', overlay: '', raid: '', posture: '' };
  private past: State[] = [];
  private future: State[] = [];
  private listeners: Listener[] = [];
  private how: View = {};
  private line: Promise<void> = Promise.resolve();

  get state(): State { return this.now; }
  get variant(): Variant { return { scenario: this.now.scenario, overlay: this.now.overlay, raid: this.now.raid }; }
  get view(): View { return this.how; }
  get canUndo(): boolean { return this.past.length > 0; }
  get canRedo(): boolean { return this.future.length > 0; }

  listen(f: Listener) { this.listeners.push(f); }

  /** Another state, which can be undone. */
  go(change: Partial<State>) {
    const next = { ...this.now, ...change };
    // A text that says no more than what it includes is none.
    if (next.overlay === firstLines(next.scenario)) next.overlay = '';
    if (JSON.stringify(next) === JSON.stringify(this.now)) return;
    this.past.push(this.now);
    if (this.past.length > 200) this.past.shift();
    this.future = [];
    this.put(next);
  }

  /** The first state, or another scenario: nothing to go back to. */
  open(s: State, how: View = {}) {
    this.how = how;
    this.past = [];
    this.future = [];
    this.put(s);
  }

  /** A posture to look at changes no figure and is not undone. */
  look(posture: string) {
    this.now = { ...this.now, posture };
    this.tell();
  }

  /** Another way to look at the same. */
  see(change: View) {
    this.how = { ...this.how, ...change };
    this.write();
  }

  undo() {
    const s = this.past.pop();
    if (!s) return;
    this.future.push(this.now);
    this.put(s);
  }

  redo() {
    const s = this.future.pop();
    if (!s) return;
    this.past.push(this.now);
    this.put(s);
  }

  /** Writes edits into the overlay, or switches agreements: one after the other, each into what is then there. */
  edit(edits: { path: string; value: unknown }[], agreements: Switch[] = []): Promise<void> {
    const done = this.line.then(async () => {
      for (;;) {
        const into = this.variant;
        const r = await ask<{ overlay: string; digest: string }>('/overlay', { ...into, edits, agreements });
        if (JSON.stringify(into) !== JSON.stringify(this.variant)) continue; // undone, or typed, in the meantime
        this.go({ overlay: r.overlay });
        return;
      }
    });
    this.line = done.catch(() => {});
    return done;
  }

  private put(s: State) {
    this.now = s;
    this.tell();
  }

  private write() {
    const hash = `#${encode(this.now, this.how)}`;
    if (location.hash !== hash) history.replaceState(null, '', hash);
  }

  private tell() {
    this.write();
    for (const f of this.listeners) f(this.now);
  }
}

export function encode(s: State, how: View = {}): string {
  const bytes = zlibSync(strToU8(JSON.stringify({ ...s, view: how })), { level: 9 });
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The state a link holds, if it holds one. */
export function decode(hash: string): { state: State; view: View } | undefined {
  try {
    const raw = atob(hash.replace(/^#/, '').replaceAll('-', '+').replaceAll('_', '/'));
    const s = JSON.parse(strFromU8(unzlibSync(Uint8Array.from(raw, (c) => c.charCodeAt(0))))) as Partial<State> & { view?: Record<string, unknown> };
    if (typeof s.scenario !== 'string' || s.scenario === '') return undefined;
    const text = (x: unknown) => (typeof x === 'string' ? x : '');
    const some = (x: unknown) => (typeof x === 'string' ? x : undefined);
    const v = s.view ?? {};
    const box = Array.isArray(v.box) && v.box.length === 4 && v.box.every((x) => typeof x === 'number' && Number.isFinite(x)) ? (v.box as number[]) : undefined;
    return { state: { scenario: s.scenario, overlay: text(s.overlay), raid: text(s.raid), posture: text(s.posture) }, view: { tab: some(v.tab), kind: some(v.kind), id: some(v.id), threat: some(v.threat), flat: v.flat === true, box } };
  } catch {
    return undefined;
  }
}
