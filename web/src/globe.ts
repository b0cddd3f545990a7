// The globe and the flat map: who stands where, what the radars see, what flies,
// who tells whom. Units can be dragged.
import {
  ArcType, Cartesian2, Cartesian3, Cartographic, CesiumWidget, Credit, CreditDisplay, ClockStep, Color, ConstantPositionProperty, ConstantProperty, CzmlDataSource, DataSource, EllipsoidGraphics, Entity, ImageryLayer, JulianDate,
  KeyboardEventModifier, Math as CMath, PolylineDashMaterialProperty, PolylineOutlineMaterialProperty, Rectangle, SceneMode, SceneTransforms, ScreenSpaceEventHandler,
  ScreenSpaceEventType, defined,
} from '@cesium/engine';
import type { Battery, Footprint, Posture, Replay, Sensor, Theatre } from './api';
import { h, s as svg } from './dom';
import { ground, tiles, type Ground } from './land';
import { areaSymbol, assetSymbol, unitSymbol } from './symbols';

(window as unknown as { CESIUM_BASE_URL: string }).CESIUM_BASE_URL = '/cesium/';

/** Everything that stands at one place: a ship is a radar and its batteries. */
export interface Unit { id: string; name: string; nation: string; lat: number; lon: number; sensors: Sensor[]; batteries: Battery[] }

export function unitsOf(t: Theatre): Unit[] {
  const at = new Map<string, Unit>();
  const put = (p: Sensor | Battery): Unit => {
    const key = `${p.nation} ${p.lat.toFixed(4)} ${p.lon.toFixed(4)}`;
    let u = at.get(key);
    if (!u) at.set(key, (u = { id: p.id, name: p.name, nation: p.nation, lat: p.lat, lon: p.lon, sensors: [], batteries: [] }));
    return u;
  };
  for (const b of t.batteries ?? []) put(b).batteries.push(b);
  for (const x of t.sensors ?? []) if (x.kind === 'radar') put(x).sensors.push(x);
  for (const u of at.values()) {
    const named = [...u.sensors.filter((x) => x.edit), ...u.batteries].find((x) => x.name !== x.id) ?? u.sensors.find((x) => x.edit) ?? u.batteries[0] ?? u.sensors[0];
    if (named) { u.id = named.id; u.name = named.name; }
  }
  return [...at.values()];
}

export const levels = ['none', 'warning', 'track', 'launch-on-remote', 'engage-on-remote'];
const dark = () => matchMedia('(prefers-color-scheme: dark)').matches;
// One hue from faint to strong, so that who cannot tell colours sees the order;
// width says the same once more, and a mere warning is dashed. Other things on the
// map have colours of Okabe and Ito's palette.
const ramp = { light: ['#8a8a8a', '#9d7bbd', '#8753b4', '#6a2fa0', '#3f0f73'], dark: ['#7d8792', '#7f66a3', '#a283cf', '#c7a9f2', '#f0e2ff'] };
export const levelColours = () => (dark() ? ramp.dark : ramp.light);
const widths = [1.5, 2, 3.5, 5, 7];

const inks = {
  light: { space: '#e9eef3', coverage: '#00775a', raid: '#c14a00', footprint: '#0062a3', alone: '#0062a3', ground: { sea: '#d3e2ee', land: '#f3efe6', ours: '#e4ecf1', theirs: '#f4e2d8', coast: '#7893a8', border: '#b3a894', grid: '#c3d5e3' } },
  dark: { space: '#0b1016', coverage: '#3fc79b', raid: '#ff9a52', footprint: '#6fc2f7', alone: '#6fc2f7', ground: { sea: '#0f1a25', land: '#252d35', ours: '#22323f', theirs: '#3a2b27', coast: '#5d7688', border: '#56616b', grid: '#1a2836' } },
};
const ink = () => (dark() ? inks.dark : inks.light);

/** What a click hits. */
export interface Hit { kind: string; id: string }

export type Layer = 'coverage' | 'arcs' | 'links' | 'footprint';

// What stands on a line beside what is told: a sight for one fire control, a
// shield on the side of the nation that the other shoots for.
const badges = { joint: 'M0 -6.2A6.2 6.2 0 1 1 -.01 -6.2ZM0 -9V-3.4M0 3.4V9M-9 0H-3.4M3.4 0H9', shield: 'M-5 -5.5H5V0C5 4 2.5 6 0 7.5C-2.5 6 -5 4 -5 0Z' };
export type Badge = keyof typeof badges;

/** A badge as a picture of its own, for a legend. */
export const badge = (kind: Badge) => svg('svg', { class: 'badge', viewBox: '-10 -10 20 20', 'aria-hidden': 'true' }, svg('path', { class: kind, d: badges[kind] }));

interface Mark { at: Cartesian3; from: Cartesian3; to: Cartesian3; size: number; e: SVGElement }

interface Line { id: string; points: Cartesian3[]; width: number; colour: string; dash: string; head: boolean; e: SVGElement; tip: SVGElement; seen: Cartesian2[] }

interface Label { e: HTMLElement; at: Cartesian3; rank: number; dy: number; w: number; free: boolean; owner?: Entity }

export class Globe {
  readonly widget: CesiumWidget;
  private ground?: Ground;
  private marks: Entity[] = [];
  private layers: Record<Layer, Entity[]> = { coverage: [], arcs: [], links: [], footprint: [] };
  private shown: Record<Layer, boolean> = { coverage: true, arcs: true, links: true, footprint: true };
  private units = new Map<string, Unit>();
  private labels: Label[] = [];
  private lines: Line[] = [];
  private badges: Mark[] = [];
  private graph = svg('svg', { class: 'graph', 'aria-hidden': 'true' });
  private sheet = h('div', { class: 'labels', 'aria-hidden': 'true' });
  private chosen = '';
  private replayed?: DataSource;
  private fields = new Map<string, EllipsoidGraphics>(); // of the run's radars, shown or not
  private last?: { t: Theatre; posture: Posture | undefined };
  private lastFoot?: Footprint;
  private tinted = '';
  onChoose: (hit: Hit, also: Hit[], at: { x: number; y: number }) => void = () => {};
  onMove: (u: Unit, lat: number, lon: number) => void = () => {};
  onHover: (text: string) => void = () => {};

  constructor(container: HTMLElement) {
    // The credit stands in the legend; CesiumJS would load a picture for it.
    CreditDisplay.cesiumCredit = new Credit('CesiumJS');
    const credit = document.createElement('div');
    this.widget = new CesiumWidget(container, {
      baseLayer: false, skyBox: false, skyAtmosphere: false, requestRenderMode: true, maximumRenderTimeChange: Infinity, creditContainer: credit, shouldAnimate: false, useBrowserRecommendedResolution: true, msaaSamples: navigator.hardwareConcurrency > 2 ? 4 : 1, showRenderLoopErrors: false,
    });
    container.append(this.graph, this.sheet);
    const scene = this.widget.scene;
    scene.globe.enableLighting = false;
    scene.globe.showGroundAtmosphere = false;
    scene.fog.enabled = false;
    scene.highDynamicRange = false;
    if (scene.sun) scene.sun.show = false;
    if (scene.moon) scene.moon.show = false;
    this.widget.clock.clockStep = ClockStep.TICK_DEPENDENT;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.tinted = '';
      this.paint();
      if (this.last) this.draw(this.last.t, this.last.posture);
      this.footprint(this.lastFoot);
    });
    this.hands();
    this.widget.camera.percentageChanged = 0.02;
    this.widget.camera.moveEnd.addEventListener(() => this.declutter());
    scene.postRender.addEventListener(() => this.place());
    this.paint();
  }

  /** The ground, once it is there. */
  async outlines() {
    this.ground = await ground();
    this.paint();
  }

  private paint() {
    const scene = this.widget.scene;
    scene.backgroundColor = Color.fromCssColorString(ink().space);
    scene.globe.baseColor = Color.fromCssColorString(ink().ground.sea);
    const nations = this.last?.t.nations ?? [];
    const key = `${dark()} ${nations.map((n) => `${n.id}${n.attacker}`).join()}`;
    if (this.ground && key !== this.tinted) {
      this.tinted = key;
      scene.imageryLayers.removeAll();
      scene.imageryLayers.add(new ImageryLayer(tiles(this.ground, ink().ground, (code) => { const n = nations.find((x) => x.id === code); return n ? (n.attacker ? 'theirs' : 'ours') : ''; })));
    }
    scene.requestRender();
  }

  render() { this.widget.scene.requestRender(); }

  flat(on: boolean) {
    const scene = this.widget.scene;
    if (on) scene.morphTo2D(0);
    else scene.morphTo3D(0);
    // What flies lies on a flat map.
    if (this.last) {
      this.draw(this.last.t, this.last.posture);
      this.frame(this.last.t);
    }
  }

  isFlat(): boolean { return this.widget.scene.mode === SceneMode.SCENE2D; }

  /** Shows all of a theatre: what is defended, and what is shot from where. */
  frame(t: Theatre) {
    const used = new Set((t.arcs ?? []).flatMap((a) => [a.from, a.asset]));
    const everything = [...(t.assets ?? []), ...(t.areas ?? []), ...unitsOf(t)];
    const places = everything.filter((p) => used.has(p.id));
    const all = places.length > 1 ? places : everything;
    if (all.length === 0) return;
    const r = Rectangle.fromCartographicArray(all.map((p) => Cartographic.fromDegrees(p.lon, p.lat)));
    const grow = 0.14 * Math.max(r.width, r.height, 0.03);
    this.look(new Rectangle(r.west - grow, Math.max(-CMath.PI_OVER_TWO, r.south - grow), r.east + grow, Math.min(CMath.PI_OVER_TWO, r.north + grow)));
  }

  private look(r: Rectangle) {
    this.widget.camera.setView({ destination: r });
    this.render();
    setTimeout(() => this.declutter(), 60);
  }

  /** Shows what view gave. */
  show(box: number[]) {
    const [w, s, e, n] = box.map((x) => CMath.toRadians(x));
    this.look(new Rectangle(w!, Math.max(-CMath.PI_OVER_TWO, s!), e!, Math.min(CMath.PI_OVER_TWO, n!)));
  }

  /** Puts a unit's symbol elsewhere, before the theatre follows. */
  drag(id: string, lat: number, lon: number) {
    const e = this.marks.find((m) => m.id === `unit ${id}`);
    if (e) e.position = new ConstantPositionProperty(Cartesian3.fromDegrees(lon, lat));
    this.render();
  }

  /** What is seen, as west, south, east, north in degrees. */
  view(): number[] | undefined {
    const r = this.widget.camera.computeViewRectangle();
    return r && [r.west, r.south, r.east, r.north].map((x) => Math.round(CMath.toDegrees(x) * 100) / 100);
  }

  /** Nearer (above one) or farther. */
  zoom(by: number) {
    const c = this.widget.camera;
    const height = this.isFlat() ? c.getMagnitude() : c.positionCartographic.height;
    if (by > 1) c.zoomIn(height * (1 - 1 / by));
    else c.zoomOut(height * (1 / by - 1));
    this.render();
    setTimeout(() => this.declutter(), 60);
  }

  /** Moves the view by parts of what is seen: to the east, to the north. */
  pan(east: number, north: number) {
    const c = this.widget.camera;
    if (this.isFlat()) {
      const m = 0.5 * c.getMagnitude();
      c.move(Cartesian3.UNIT_X, east * m);
      c.move(Cartesian3.UNIT_Y, north * m);
    } else {
      const angle = Math.min(0.6, c.positionCartographic.height / 1.2e7);
      c.rotateLeft(east * angle);
      c.rotateUp(-north * angle);
    }
    this.render();
    setTimeout(() => this.declutter(), 60);
  }

  layer(name: Layer, on: boolean) {
    this.shown[name] = on;
    for (const e of this.layers[name]) e.show = this.seen(name);
    this.dress();
    this.place();
    this.render();
  }

  /** Of the theatre a run leaves on the map what is defended; the rest it brings itself. */
  private seen(name: Layer): boolean { return this.shown[name] && (!this.replayed || name === 'footprint'); }

  /** How many of a run's things are on the map, by the first word of their ids. */
  played(): Record<string, number> {
    const out: Record<string, number> = {};
    for (const e of this.replayed?.entities.values ?? []) {
      const kind = e.id.split('-')[0]!;
      if (e.isShowing) out[kind] = (out[kind] ?? 0) + 1;
      if (e.ellipsoid && kind === 'sensor') out.field = (out.field ?? 0) + 1;
    }
    return out;
  }

  /** Shows of a run what the legend lets through. The field of a radar goes without its dot. */
  private dress() {
    for (const e of this.replayed?.entities.values ?? []) {
      if (/^(link|message)-/.test(e.id)) e.show = this.shown.links;
      else if (/^missile-\d+-seen-/.test(e.id)) e.show = this.shown.coverage;
      else if (e.id.startsWith('missile-')) e.show = this.shown.arcs;
      else if (e.id.startsWith('sensor-')) {
        if (e.ellipsoid) this.fields.set(e.id, e.ellipsoid);
        e.ellipsoid = this.shown.coverage ? this.fields.get(e.id) : undefined;
      }
    }
  }

  private fill(name: Layer, make: () => (Entity.ConstructorOptions | Entity)[]) {
    for (const e of this.layers[name]) this.widget.entities.remove(e);
    this.layers[name] = make().map((o) => {
      const e = this.widget.entities.add(o);
      e.show = this.seen(name);
      return e;
    });
  }

  draw(t: Theatre, posture: Posture | undefined) {
    this.last = { t, posture };
    this.paint();
    const es = this.widget.entities;
    for (const e of this.marks) es.remove(e);
    this.marks = [];
    this.units.clear();
    for (const l of this.labels) l.e.remove();
    this.labels = [];
    const mark = (kind: string, id: string, p: { lat: number; lon: number }, image: { url: string; size: number }, name: string, rank: number) => {
      const at = Cartesian3.fromDegrees(p.lon, p.lat);
      const e = es.add({ id: `${kind} ${id}`, position: at, billboard: { image: image.url, scale: 0.5, disableDepthTestDistance: 5e6 } });
      e.show = !this.replayed;
      this.marks.push(e);
      if (name) this.label(name, `place ${kind}`, at, rank, image.size / 2 + 1, e);
    };
    const arcs = t.arcs ?? [];
    const struck = new Set(arcs.map((a) => a.asset));
    const asset = (a: { id: string }) => struck.has(a.id);
    for (const a of [...(t.assets ?? [])].sort((x, y) => Number(asset(x)) - Number(asset(y)))) mark('asset', a.id, a, assetSymbol(asset(a)), asset(a) ? a.name : '', 2);
    for (const a of t.areas ?? []) if (arcs.some((x) => x.from === a.id)) mark('area', a.id, a, areaSymbol(), a.name, 1);
    for (const u of unitsOf(t)) {
      this.units.set(u.id, u);
      const high = u.batteries.some((b) => b.layer === 'upper' || b.layer === 'exo');
      mark('unit', u.id, u, unitSymbol(u), u.name, high ? 3 : u.sensors.some((x) => x.edit) ? 4 : 5);
    }
    this.fill('coverage', () => (t.sensors ?? []).filter((x) => x.edit && x.kind === 'radar' && x.outline_lon_lat.length > 3).map((x) => ({
      id: `coverage ${x.id}`, polyline: { positions: Cartesian3.fromDegreesArray(x.outline_lon_lat.flat()), width: 1.2, arcType: ArcType.GEODESIC, material: Color.fromCssColorString(ink().coverage).withAlpha(0.7) },
    })));
    const flat = this.isFlat() ? 0 : 1;
    this.fill('arcs', () => arcs.map((a, i) => ({
      id: `arc ${i}`, polyline: { positions: Cartesian3.fromDegreesArrayHeights(a.samples.flatMap((x) => [x[1], x[2], flat * x[3]])), width: 1.6, arcType: flat ? ArcType.NONE : ArcType.GEODESIC, material: Color.fromCssColorString(ink().raid).withAlpha(0.75) },
    })));
    this.links(t, posture);
    this.choose(this.chosen);
  }

  private label(text: string, kind: string, at: Cartesian3, rank: number, dy: number, owner?: Entity) {
    const e = h('span', { class: kind }, text);
    this.sheet.append(e);
    this.labels.push({ e, at, rank, dy, w: 0, free: false, owner });
  }

  /** Where a place is in the window; nothing when it is behind the Earth. */
  private spot(p: Cartesian3): Cartesian2 | undefined {
    const c = this.widget.camera;
    if (this.widget.scene.mode === SceneMode.SCENE3D && Cartesian3.dot(p, c.positionWC) < Cartesian3.magnitudeSquared(p)) return undefined;
    return SceneTransforms.worldToWindowCoordinates(this.widget.scene, p);
  }

  /** Draws the graph where the globe is now. CesiumJS's own lines are blurred where they are wide, and on a flat map some are drawn to nowhere. */
  private trace() {
    const width = this.widget.canvas.clientWidth;
    this.graph.style.display = this.shown.links && !this.replayed ? '' : 'none';
    for (const l of this.lines) {
      let d = '';
      l.seen = [];
      for (const p of l.points) {
        const w = this.spot(p);
        const before = l.seen[l.seen.length - 1];
        if (!w) { l.seen.push(new Cartesian2(NaN, NaN)); continue; }
        // Behind the Earth, or over the edge of the sheet, the line is interrupted.
        const on = before && Number.isFinite(before.x) && Math.abs(w.x - before.x) < 0.4 * width;
        d += `${on ? 'L' : 'M'}${w.x.toFixed(1)} ${w.y.toFixed(1)}`;
        l.seen.push(w);
      }
      const [a, b] = [l.seen[l.seen.length - 3]!, l.seen[l.seen.length - 1]!];
      let tip = '';
      if (l.head && Number.isFinite(a.x) && Number.isFinite(b.x)) {
        const long = Math.hypot(b.x - a.x, b.y - a.y) || 1;
        const [ux, uy] = [(b.x - a.x) / long, (b.y - a.y) / long];
        const size = 5 + 1.7 * l.width;
        const at = (f: number, g: number) => `${(b.x + f * ux * size - g * uy * size).toFixed(1)} ${(b.y + f * uy * size + g * ux * size).toFixed(1)}`;
        tip = `M${at(0.6, 0)}L${at(-0.5, 0.5)}L${at(-0.5, -0.5)}Z`;
      }
      l.e.setAttribute('d', d);
      l.tip.setAttribute('d', tip);
    }
    for (const m of this.badges) {
      const [w, a, b] = [this.spot(m.at), this.spot(m.from), this.spot(m.to)];
      // On a short line a small one, on a shorter none.
      const size = m.size * Math.min(1, w && a && b ? Math.hypot(a.x - b.x, a.y - b.y) / 110 : 1);
      m.e.style.display = w && size > 0.4 ? '' : 'none';
      if (w) m.e.setAttribute('transform', `translate(${w.x.toFixed(1)} ${w.y.toFixed(1)}) scale(${size.toFixed(2)})`);
    }
  }

  /** The lines of the graph near a point of the window. */
  private near(at: Cartesian2): string[] {
    if (!this.shown.links || this.replayed) return [];
    const off = (l: Line) => {
      let least = Infinity;
      for (let i = 1; i < l.seen.length; i++) {
        const [a, b] = [l.seen[i - 1]!, l.seen[i]!];
        const [dx, dy] = [b.x - a.x, b.y - a.y];
        if (!Number.isFinite(dx) || Math.abs(dx) > 0.4 * this.widget.canvas.clientWidth) continue;
        const f = Math.max(0, Math.min(1, ((at.x - a.x) * dx + (at.y - a.y) * dy) / (dx * dx + dy * dy || 1)));
        least = Math.min(least, Math.hypot(a.x + f * dx - at.x, a.y + f * dy - at.y));
      }
      return least;
    };
    return this.lines.map((l) => [l.id, off(l) - l.width / 2] as const).filter(([, d]) => d < 6).sort((a, b) => a[1] - b[1]).map(([id]) => id);
  }

  /** Puts the names beside what they name. */
  private place() {
    this.trace();
    for (const l of this.labels) {
      const at = l.owner?.position?.getValue(this.widget.clock.currentTime) ?? l.at;
      const node = l.e.classList.contains('nation');
      const w = l.free && (!node || (this.shown.links && !this.replayed)) && !(this.replayed && l.rank > 2) ? this.spot(at) : undefined;
      if (!w) { l.e.hidden = true; continue; }
      l.e.hidden = false;
      l.e.style.transform = `translate(${Math.round(w.x)}px, ${Math.round(w.y + l.dy)}px) translateX(-50%)`;
    }
  }

  /** Where symbols lie on each other the lesser ones shrink, and names that would lie on other names are left out: the chosen thing's stays, then whence and what is aimed at, then who shoots. */
  private declutter() {
    const canvas = this.widget.canvas;
    const now = this.widget.clock.currentTime;
    const mine = (e: Entity | undefined) => e !== undefined && this.chosen !== '' && e.id === `unit ${this.chosen}`;
    // Symbols first: the more a unit can do, the more it keeps its size.
    const worth = (e: Entity) => {
      if (mine(e)) return 0;
      const u = e.id.startsWith('unit ') ? this.units.get(e.id.slice(5)) : undefined;
      if (!u) return e.id.startsWith('area') ? 2 : 9;
      return u.batteries.some((b) => b.layer === 'upper' || b.layer === 'exo') ? 1 : u.sensors.some((x) => x.edit) ? 3 : 4;
    };
    const symbols: [number, number][] = [];
    for (const e of [...this.marks].sort((a, b) => worth(a) - worth(b))) {
      if (!e.billboard || e.id.startsWith('asset')) continue;
      const p = e.position?.getValue(now);
      const w = p && this.spot(p);
      const crowded = w !== undefined && !mine(e) && symbols.some(([x, y]) => Math.abs(x - w.x) < 20 && Math.abs(y - w.y) < 18);
      if (w && !crowded) symbols.push([w.x, w.y]);
      e.billboard.scale = new ConstantProperty(mine(e) ? 0.75 : crowded ? 0.24 : 0.5);
    }
    const taken: [number, number, number, number][] = [];
    const rank = (l: Label) => (mine(l.owner) ? -1 : l.rank);
    for (const l of [...this.labels].sort((a, b) => rank(a) - rank(b))) {
      l.e.classList.toggle('chosen', mine(l.owner));
      l.free = false;
      const w = this.spot(l.owner?.position?.getValue(now) ?? l.at);
      if (!w || w.x < -50 || w.y < -20 || w.x > canvas.clientWidth + 50 || w.y > canvas.clientHeight + 20) continue;
      if (!l.w) { l.e.hidden = false; l.w = l.e.offsetWidth; }
      const around = (dy: number): [number, number, number, number] => [w.x - l.w / 2, w.y + dy, w.x + l.w / 2, w.y + dy + 16];
      // A nation's name is always shown, a little higher where another's stands.
      if (l.e.classList.contains('nation')) {
        l.dy = [-27, -44, 24, -61, 41, -78].find((dy) => taken.every((t) => { const b = around(dy); return b[0] >= t[2] || t[0] >= b[2] || b[1] >= t[3] || t[1] >= b[3]; })) ?? -27;
      }
      const box = around(l.dy);
      const clear = (t: [number, number, number, number]) => box[0] >= t[2] || t[0] >= box[2] || box[1] >= t[3] || t[1] >= box[3];
      // A lesser unit's name must not lie on another's symbol either.
      l.free = (l.e.classList.contains('nation') || taken.every(clear)) && (l.rank < 3 || mine(l.owner) || symbols.every(([x, y]) => clear([x - 10, y - 9, x + 10, y + 9])));
      if (l.free) taken.push(box);
    }
    this.place();
    this.render();
  }

  /** Where a nation stands in the graph: at that of its own things which is nearest to all the others. */
  private nodes(t: Theatre): Map<string, Cartesian3> {
    const out = new Map<string, Cartesian3>();
    const used = new Set((t.arcs ?? []).map((a) => a.asset));
    for (const n of t.nations) {
      if (n.attacker) continue;
      const own = <P extends { nation: string }>(list: P[] | null) => (list ?? []).filter((p) => p.nation === n.id);
      const struck = own(t.assets).filter((a) => used.has(a.id));
      const mine = [struck.length ? struck : own(t.assets), own(t.batteries), own(t.sensors).filter((x) => x.kind === 'radar')].find((l) => l.length > 0);
      if (!mine) continue;
      const at = mine.map((p) => Cartesian3.fromDegrees(p.lon, p.lat));
      const far = at.map((p) => at.reduce((s, q) => s + Cartesian3.distance(p, q), 0));
      out.set(n.id, at[far.indexOf(Math.min(...far))]!);
    }
    return out;
  }

  /** The agreements: an arrow from who tells to who is told; one line with two heads where both tell the same. */
  links(t: Theatre, posture: Posture | undefined) {
    this.last = { t, posture };
    const node = this.nodes(t);
    for (const l of this.labels.filter((x) => x.e.classList.contains('nation'))) l.e.remove();
    this.labels = this.labels.filter((x) => !x.e.classList.contains('nation'));
    // Of several links between the same two the strongest is drawn.
    const strength = (e: { level: string }) => levels.indexOf(e.level);
    const all = (posture?.edges ?? []).filter((e) => e.level !== 'none');
    const edges = all.filter((e, i) => !all.some((x, j) => x.from === e.from && x.to === e.to && (strength(x) > strength(e) || (strength(x) === strength(e) && j < i))));
    const mutual = (posture?.mutual ?? []).flatMap((m) => m.of.map((of): [string, string] => [m.by, of]));
    const joint = (posture?.joint_fire ?? []).flatMap((g) => g.flatMap((a, i) => g.slice(i + 1).map((b): [string, string] => [a, b])));
    const ends = new Set([...edges.flatMap((e) => [e.from, e.to]), ...mutual.flat(), ...joint.flat()]);
    const ellipsoid = this.widget.scene.globe.ellipsoid;
    const line = (from: string, to: string, bow: number, half: boolean): Cartesian3[] => {
      const a = node.get(from)!;
      const b = node.get(to)!;
      const along = Cartesian3.subtract(b, a, new Cartesian3());
      const side = Cartesian3.cross(along, a, new Cartesian3());
      if (Cartesian3.magnitude(side) === 0) return [];
      Cartesian3.normalize(side, side);
      const far = Cartesian3.magnitude(along);
      const points: Cartesian3[] = [];
      for (let i = 0; i <= 32; i++) {
        const f = half ? 0.5 + (0.46 * i) / 32 : 0.04 + (0.92 * i) / 32;
        const p = Cartesian3.lerp(a, b, f, new Cartesian3());
        Cartesian3.add(p, Cartesian3.multiplyByScalar(side, bow * far * 4 * f * (1 - f), new Cartesian3()), p);
        points.push(ellipsoid.scaleToGeodeticSurface(p, new Cartesian3()) ?? p);
      }
      return points;
    };
    // Where all tell all, thinner lines leave the map to be seen.
    const thin = edges.length > 24 ? 0.55 : edges.length > 12 ? 0.75 : 1;
    for (const l of this.lines) { l.e.remove(); l.tip.remove(); }
    this.lines = [];
    const add = (id: string, points: Cartesian3[], colour: string, width: number, dash: string, head: boolean) => {
      if (points.length < 2) return;
      const e = svg('path', { fill: 'none', stroke: colour, 'stroke-width': width, 'stroke-dasharray': dash || undefined, 'stroke-linecap': 'butt' });
      const tip = svg('path', { fill: colour });
      this.graph.append(e, tip);
      this.lines.push({ id, points, width, colour, dash, head, e, tip, seen: [] });
    };
    const done = new Set<string>();
    const between = (e: Posture['edges'][number], bow: number, half: boolean) => {
      const k = Math.max(0, levels.indexOf(e.level));
      add(`${e.from} ${e.to}`, line(e.from, e.to, bow, half), levelColours()[k] ?? '#888888', thin * widths[k]!, k === 1 ? '5 4' : e.veto ? '2 4' : '', true);
    };
    for (const e of edges) {
      if (!node.has(e.from) || !node.has(e.to) || done.has(`${e.from} ${e.to}`)) continue;
      const back = edges.find((x) => x.from === e.to && x.to === e.from);
      if (back && back.level === e.level && back.veto === e.veto) {
        done.add(`${e.to} ${e.from}`);
        between(e, 0, true);
        between(back, 0, true);
      } else between(e, back ? 0.08 : 0, false);
    }
    const drawn = (a: string, b: string) => this.lines.some((l) => l.id === `${a} ${b}` || l.id === `${b} ${a}`);
    // A link that was cut stays to be seen, and to be restored by a click; two that tell each other nothing may still agree on more.
    for (const [a, b] of [...(posture?.cut ?? []), ...joint, ...mutual]) {
      if (!node.has(a) || !node.has(b) || drawn(a, b)) continue;
      ends.add(a).add(b);
      add(`${a} ${b}`, line(a, b, 0, false), levelColours()[0]!, 2, '1 5', false);
    }
    for (const m of this.badges) m.e.remove();
    this.badges = [];
    const size = joint.length + mutual.length > 12 ? 0.75 : 1;
    const put = (kind: Badge, from: string, to: string, f: number) => {
      const [a, b] = [node.get(from), node.get(to)];
      if (!a || !b) return;
      const p = Cartesian3.lerp(a, b, f, new Cartesian3());
      const e = svg('path', { class: kind, d: badges[kind] });
      this.graph.append(e);
      this.badges.push({ at: ellipsoid.scaleToGeodeticSurface(p, new Cartesian3()) ?? p, from: a, to: b, size, e });
    };
    for (const [a, b] of joint) put('joint', a, b, 0.5);
    for (const [by, of] of mutual) put('shield', by, of, 0.78);
    for (const [id, at] of node) if (ends.has(id)) this.label(id, 'nation', at, 0, -27);
    setTimeout(() => this.declutter(), 30);
    this.render();
  }

  footprint(f: Footprint | undefined) {
    this.lastFoot = f;
    // What the posture allows and what each can alone; how surely, only of the first.
    const drawn = (c: Footprint['contours'][number]) => ['radar', 'pointed'].includes(c.mode) || (c.kind === 'kill-probability' ? c.mode === 'engage-on-remote' : c.level === 1 && ['alone', 'engage-on-remote'].includes(c.mode));
    this.fill('footprint', () => (f?.contours ?? []).filter(drawn).flatMap((c) => c.rings_lon_lat.map((ring) => {
      const [mode, kill] = [c.mode, c.kind === 'kill-probability'];
      const colour = Color.fromCssColorString(mode === 'radar' || mode === 'pointed' ? ink().coverage : ink().footprint);
      const dashed = mode === 'alone' || mode === 'pointed';
      return { id: `footprint ${mode} ${c.kind} ${c.level} ${Math.random()}`, polyline: { positions: Cartesian3.fromDegreesArray([...ring, ring[0]!].flat()), width: kill ? 1 : dashed ? 2 : 3.5, arcType: ArcType.GEODESIC,
        material: dashed ? new PolylineDashMaterialProperty({ color: colour, dashLength: 12 }) : kill ? colour.withAlpha(0.75) : new PolylineOutlineMaterialProperty({ color: colour, outlineColor: Color.fromCssColorString(ink().ground.land).withAlpha(0.7), outlineWidth: 1 }) } };
    })));
    this.render();
  }

  choose(id: string) {
    this.chosen = id;
    setTimeout(() => this.declutter(), 30);
    this.render();
  }

  /** Where a unit, or the middle of a link, is on the screen, in pixels of the page. */
  project(id: string): { x: number; y: number } | undefined {
    const now = this.widget.clock.currentTime;
    const path = this.lines.find((l) => l.id === id)?.points;
    const p = path ? path[Math.floor(path.length / 3)] : this.marks.find((m) => m.id.endsWith(` ${id}`) || [...(this.units.get(m.id.slice(5))?.batteries ?? [])].some((b) => b.id === id))?.position?.getValue(now);
    const w = p && SceneTransforms.worldToWindowCoordinates(this.widget.scene, p);
    if (!w) return undefined;
    const box = this.widget.canvas.getBoundingClientRect();
    return { x: box.x + w.x, y: box.y + w.y };
  }

  private hands() {
    const scene = this.widget.scene;
    const controls = scene.screenSpaceCameraController;
    const handler = new ScreenSpaceEventHandler(this.widget.canvas);
    let held: { entity: Entity; unit: Unit; from: Cartesian2; moved: boolean } | undefined;
    // Units before places before lines, and of units the one seen on top.
    const order = ['unit', 'asset', 'area', 'arc', 'coverage'];
    const pick = (at: Cartesian2): Entity[] => {
      const all = (scene.drillPick(at, 12, 9, 9) as { id?: unknown }[]).map((p) => (defined(p) ? p.id : undefined)).filter((x): x is Entity => x instanceof Entity && order.includes(x.id.split(' ')[0]!));
      return [...new Set(all)].sort((a, b) => order.indexOf(a.id.split(' ')[0]!) - order.indexOf(b.id.split(' ')[0]!));
    };
    const hit = (e: Entity): Hit => { const [kind, ...rest] = e.id.split(' '); return { kind: kind!, id: rest.join(' ') }; };
    handler.setInputAction((e: { position: Cartesian2 }) => {
      if (this.replayed) return;
      const entity = pick(e.position)[0];
      const unit = entity?.id.startsWith('unit ') ? this.units.get(entity.id.slice(5)) : undefined;
      if (!entity || !unit) return;
      held = { entity, unit, from: Cartesian2.clone(e.position), moved: false };
      controls.enableInputs = false;
    }, ScreenSpaceEventType.LEFT_DOWN);
    let hovered = 0;
    handler.setInputAction((e: { endPosition: Cartesian2 }) => {
      if (!held) {
        // The pointer says what can be taken; asked at most ten times a second.
        if (performance.now() - hovered < 100 || this.replayed) return;
        hovered = performance.now();
        const p: unknown = scene.pick(e.endPosition, 9, 9);
        const id = defined(p) ? (p as { id?: unknown }).id : undefined;
        const kind = id instanceof Entity ? id.id.split(' ')[0]! : '';
        this.widget.canvas.style.cursor = kind === 'unit' ? 'grab' : order.includes(kind) || this.near(e.endPosition).length ? 'pointer' : '';
        return;
      }
      if (!held.moved && Cartesian2.distance(held.from, e.endPosition) < 5) return;
      held.moved = true;
      this.widget.canvas.style.cursor = 'grabbing';
      const p = this.widget.camera.pickEllipsoid(e.endPosition);
      if (p) held.entity.position = new ConstantPositionProperty(p);
      this.render();
    }, ScreenSpaceEventType.MOUSE_MOVE);
    const up = (e: { position: Cartesian2 }) => {
      controls.enableInputs = true;
      this.widget.canvas.style.cursor = '';
      const was = held;
      held = undefined;
      if (was?.moved) {
        const p = this.widget.camera.pickEllipsoid(e.position);
        if (p) {
          const c = Cartographic.fromCartesian(p);
          this.onMove(was.unit, CMath.toDegrees(c.latitude), CMath.toDegrees(c.longitude));
        } else if (this.last) this.draw(this.last.t, this.last.posture);
        return;
      }
    };
    handler.setInputAction(up, ScreenSpaceEventType.LEFT_UP);
    handler.setInputAction(up, ScreenSpaceEventType.LEFT_UP, KeyboardEventModifier.SHIFT);
    // A click, unlike a drag of the map, chooses.
    handler.setInputAction((e: { position: Cartesian2 }) => {
      if (this.replayed) return;
      const found = pick(e.position).map(hit);
      const lines = this.near(e.position).map((id) => ({ kind: 'link', id }));
      // A line is easier to mean than what the radars see behind it.
      const all = [...found.filter((x) => ['unit', 'asset', 'area'].includes(x.kind)), ...lines, ...found.filter((x) => ['arc', 'coverage'].includes(x.kind))];
      if (all.length > 0) this.onChoose(all[0]!, all.slice(1), { x: e.position.x, y: e.position.y });
    }, ScreenSpaceEventType.LEFT_CLICK);
  }

  /** Takes a run instead of the theatre; nothing: back to the theatre. */
  async replay(r: Replay | undefined) {
    if (this.replayed) this.widget.dataSources.remove(this.replayed, true);
    this.replayed = undefined;
    this.fields.clear();
    if (r) {
      this.replayed = await CzmlDataSource.load(r.czml);
      await this.widget.dataSources.add(this.replayed);
      this.widget.clock.clockStep = ClockStep.TICK_DEPENDENT;
      this.widget.clock.shouldAnimate = false;
    }
    for (const e of this.marks) e.show = !r;
    for (const k of Object.keys(this.layers) as Layer[]) for (const e of this.layers[k]) e.show = this.seen(k);
    this.dress();
    this.place();
    this.render();
  }

  /** Shows the run at a time, seconds after its epoch. */
  at(epoch: string, s: number) {
    this.widget.clock.currentTime = JulianDate.addSeconds(JulianDate.fromIso8601(epoch), s, new JulianDate());
    this.render();
  }

  resize() {
    this.widget.resize();
    this.render();
  }
}
