// Talks to the server. Everything the page knows comes through here.

export interface Variant { scenario: string; overlay: string; raid: string }
export interface Fault { file?: string; line?: number; col?: number; path?: string; message: string; given?: string; allowed?: string; hint?: string }
export interface Figure { value: number; low: number | null; high: number | null }
export interface Change { leakers: Figure; damage: Figure; no_leaker: Figure; shots: Figure; wasted: Figure }
export interface NationRow { nation: string; leakers: Figure; damage: Figure; shots: Figure; on_others: Figure; exposed: Figure; base_leakers: Figure }
export interface Row { posture: string; about?: string; leakers: Figure; damage: Figure; no_leaker: Figure; shots: Figure; wasted: Figure; cost_usd: Figure; step: Change; base: Change; nations: NationRow[] }
export interface Comparison { scenario: string; raid: string; seed: number; runs: number; missiles: number; postures: Row[]; verdict: string; idle?: { words: string[] }[] }
export interface WhatIf { runs: number; settled: boolean; final: boolean; digest: string; took_ms: number; result: Comparison }

export interface CatalogueFigure {
  name: string; entry: string; text: string; low_text?: string; high_text?: string; value: number; low: number | null; high: number | null;
  assumed: boolean; reason?: string; source?: string; source_title?: string; source_url?: string; page?: string; note?: string; confidence?: string; published?: string; edit: string;
}
export interface Cite { sources: { id: string; title: string; url?: string }[]; assumption?: string }
export interface Place { id: string; name: string; nation: string; lat: number; lon: number; cite: Cite }
export interface Asset extends Place { value: number; population: number; radius_m: number }
export interface Sensor extends Place {
  system: string; system_name: string; kind: 'radar' | 'infrared'; facing_deg: number; field_deg: number; min_el_deg: number; max_el_deg: number; range_m: number;
  outline_lon_lat: [number, number][]; availability: number; lost_at_s: number | null; platform: string; figures: CatalogueFigure[]; edit?: string;
}
export interface Battery extends Place {
  system: string; system_name: string; interceptor: string; facing_deg: number; launchers: number; rounds: number; channels: number; salvo: number; fire: string; radar: string;
  reach_m: number; layer: string; platform: string; figures: CatalogueFigure[]; edit: string;
}
export interface Edge { from: string; to: string; level: string; delay_s: number; quality: number; availability: number; veto: boolean; forwardable: boolean; only: string[]; lost_at_s: number | null }
export interface Posture { id: string; about: string; on_ladder: boolean; edges: Edge[]; joint_fire: string[][]; mutual: { by: string; of: string[] }[]; lost_sensors: string[]; cut: [string, string][] }
export interface Command { nation: string; decision_delay_s: number; fire: string; timing: string; salvo: number; reserve: number; ration: number; coordinate: string; assess_delay_s: number; cite: Cite }
export interface Group { edit: string; missile: string; missile_name: string; count: number; from: string; aims: { asset: string; weight: number }[]; start_s: number; over_s: number; figures: CatalogueFigure[]; cite: Cite }
export interface Arc { missile: string; from: string; asset: string; duration_s: number; apogee_m: number; samples: [number, number, number, number][] }
/** One agreement to switch, by what it means. */
export interface Switch { kind: 'link' | 'cut' | 'joint-fire-control' | 'mutual-defence'; posture?: string; from: string; to?: string; level?: string; on?: boolean }
export interface Theatre {
  name: string; about: string; date: string; digest: string; raid: string; raids: { id: string; about: string; missiles: number }[]; ladder: string[]; defaults: string[] | null;
  nations: { id: string; name: string; attacker: boolean }[]; assets: Asset[]; areas: Place[]; sensors: Sensor[]; batteries: Battery[]; commands: Command[]; groups: Group[]; arcs: Arc[];
  postures: Posture[]; cut: [string, string][];
}
export interface Listed { id: string; name: string; about?: string; date?: string; owner?: string; shipped: boolean; shared: boolean; mine: boolean }
export interface Footprint { grid_km: number; places_flown: number; batteries: string[]; modes: Record<string, number | string>[]; contours: { mode: string; kind: string; level: number; rings_lon_lat: [number, number][][] }[] }
export interface Happening { time_s: number; missile?: string; kind: string; text: string }
export interface Replay { run: number; posture: string; seed: number; end_s: number; epoch: string; leakers: number; kills: number; czml: unknown[]; happenings: Happening[] }
export interface PairRow { what: string; unit: string; nation?: string; a: Figure; b: Figure; difference: Figure; significant: boolean }
export interface Pairing { runs: number; seed: number; rows: PairRow[] }
export interface FlightTime { asset: string; asset_name: string; nation: string; missile: string; from: string; impact_s: number; alert_s: number | null; firm_track_s: number | null; first_shot_s: number | null; last_shot_s: number | null }
export interface Timeline { postures: { posture: string; flights: FlightTime[] }[]; runs: number }
export interface Study { id: string; name: string; kind: string; state: string; mine: boolean; shared: boolean; owner: string; created_at: string; stage?: string; done: number; total: number; left_s?: number; runs: number; scenario: string; problem?: string; files: { name: string; bytes: number }[]; cpu_s: number }
export interface Me { user: string; hosted: boolean; version: string; catalogue_digest: string }

/** What the server says went wrong, with the places in the text. */
export class Problem extends Error {
  constructor(readonly status: number, message: string, readonly faults: Fault[]) { super(message); }
  /** All of it, a line each. */
  words(): string {
    return [this.message, ...this.faults.map((f) => `${f.line ? `line ${f.line}: ` : ''}${f.path ? `${f.path}: ` : ''}${f.message}${f.given ? ` (given: ${f.given})` : ''}${f.allowed ? ` (allowed: ${f.allowed})` : ''}${f.hint ? `; did you mean ${f.hint}?` : ''}`)].join('\n');
  }
}

async function fail(r: Response): Promise<never> {
  let message = `${r.status} ${r.statusText}`;
  let faults: Fault[] = [];
  try {
    const p = (await r.json()) as { detail?: string; errors?: (Fault & { location?: string })[] };
    message = p.detail ?? message;
    faults = (p.errors ?? []).map((e) => ({ ...e, path: e.path ?? e.location }));
  } catch {
    // no words came with it
  }
  throw new Problem(r.status, message, faults);
}

const pause = (ms: number, signal?: AbortSignal) => new Promise<void>((done, stop) => {
  const t = setTimeout(done, ms);
  signal?.addEventListener('abort', () => { clearTimeout(t); stop(new DOMException('stopped', 'AbortError')); }, { once: true });
});

async function request(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  for (let tries = 0; ; tries++) {
    const r = await fetch(`/api/v1${path}`, { method, signal, headers: body === undefined ? {} : { 'content-type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
    // A busy server says when to come back; a few times we do.
    const after = Number(r.headers.get('retry-after'));
    if ((r.status === 429 || r.status === 503) && tries < 4 && after > 0 && after <= 10) {
      await pause(1000 * after, signal);
      continue;
    }
    if (!r.ok) return fail(r);
    return r;
  }
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> { return (await request('GET', path, undefined, signal)).json() as Promise<T>; }
export async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const r = await request(method, path, body, signal);
  return (r.status === 204 ? undefined : r.json()) as Promise<T>;
}
export const ask = <T>(path: string, body: unknown, signal?: AbortSignal) => send<T>('POST', path, body, signal);

/** Reads server-sent events until the server ends them. */
export async function stream(method: string, path: string, body: unknown, on: (event: string, data: unknown) => void, signal?: AbortSignal): Promise<void> {
  const r = await request(method, path, body, signal);
  const reader = r.body!.pipeThrough(new TextDecoderStream()).getReader();
  let held = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    held += value;
    for (let at = held.indexOf('\n\n'); at >= 0; at = held.indexOf('\n\n')) {
      let event = 'message';
      let data = '';
      for (const l of held.slice(0, at).split('\n')) {
        if (l.startsWith('event: ')) event = l.slice(7);
        if (l.startsWith('data: ')) data += l.slice(6);
      }
      held = held.slice(at + 2);
      if (data) on(event, JSON.parse(data));
    }
  }
}
