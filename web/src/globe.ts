// The globe and the flat map: who stands where, what the radars see, what flies,
// who tells whom. Units can be dragged.
import {
  ArcType, Cartesian2, Cartesian3, Cartographic, CesiumWidget, Credit, CreditDisplay, ClockStep, Color, ConstantPositionProperty, ConstantProperty, CzmlDataSource, DataSource, Entity, HorizontalOrigin, ImageryLayer, JulianDate,
  KeyboardEventModifier, LabelStyle, Material, Math as CMath, PolylineArrowMaterialProperty, PolylineCollection, PolylineDashMaterialProperty, Rectangle, SceneMode, SceneTransforms, ScreenSpaceEventHandler,
  ScreenSpaceEventType, TileMapServiceImageryProvider, VerticalOrigin, buildModuleUrl, defined,
} from '@cesium/engine';
import { get, type Battery, type Footprint, type Posture, type Replay, type Sensor, type Theatre } from './api';
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
  for (const b of t.batteries) put(b).batteries.push(b);
  for (const x of t.sensors) if (x.kind === 'radar') put(x).sensors.push(x);
  for (const u of at.values()) {
    const named = [...u.sensors.filter((x) => x.edit), ...u.batteries].find((x) => x.name !== x.id) ?? u.sensors.find((x) => x.edit) ?? u.batteries[0] ?? u.sensors[0];
    if (named) { u.id = named.id; u.name = named.name; }
  }
  return [...at.values()];
}

export const levels = ['none', 'warning', 'track', 'launch-on-remote', 'engage-on-remote'];
// From Okabe and Ito's palette, told apart by the colour-blind too; width says
// the same once more. Other things on the map have the palette's other colours.
export const levelColours = ['#999999', '#f0e442', '#56b4e9', '#4a90e2', '#cc79a7'];

const dark = () => matchMedia('(prefers-color-scheme: dark)').matches;

export class Globe {
  readonly widget: CesiumWidget;
  private borders = new PolylineCollection();
  private marks: Entity[] = [];
  private layers: Record<'coverage' | 'arcs' | 'links' | 'footprint', Entity[]> = { coverage: [], arcs: [], links: [], footprint: [] };
  private shown = { coverage: true, arcs: true, links: true, footprint: true };
  private units = new Map<string, Unit>();
  private chosen = '';
  private replayed?: DataSource;
  onChoose: (kind: string, id: string) => void = () => {};
  onMove: (u: Unit, lat: number, lon: number) => void = () => {};

  constructor(container: HTMLElement) {
    // The credit stands in the legend; CesiumJS would load a picture for it.
    CreditDisplay.cesiumCredit = new Credit('CesiumJS');
    const credit = document.createElement('div');
    this.widget = new CesiumWidget(container, {
      baseLayer: ImageryLayer.fromProviderAsync(TileMapServiceImageryProvider.fromUrl(buildModuleUrl('Assets/Textures/NaturalEarthII')), {}),
      skyBox: false, skyAtmosphere: false, requestRenderMode: true, maximumRenderTimeChange: Infinity, creditContainer: credit, shouldAnimate: false, useBrowserRecommendedResolution: true, msaaSamples: 1,
    });
    const scene = this.widget.scene;
    scene.globe.enableLighting = false;
    scene.globe.showGroundAtmosphere = false;
    scene.fog.enabled = false;
    scene.highDynamicRange = false;
    scene.primitives.add(this.borders);
    if (scene.sun) scene.sun.show = false;
    if (scene.moon) scene.moon.show = false;
    this.widget.clock.clockStep = ClockStep.TICK_DEPENDENT;
    this.paint();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.paint());
    this.hands();
    this.widget.camera.percentageChanged = 0.02;
    this.widget.camera.moveEnd.addEventListener(() => this.declutter());
    void this.outlines();
  }

  private paint() {
    const scene = this.widget.scene;
    scene.backgroundColor = Color.fromCssColorString(dark() ? '#0b1016' : '#dfe7ee');
    scene.globe.baseColor = Color.fromCssColorString(dark() ? '#101a24' : '#cfdbe6');
    const layer = scene.imageryLayers.get(0);
    if (layer) {
      layer.brightness = dark() ? 0.45 : 1.15;
      layer.saturation = 0.45;
    }
    scene.requestRender();
  }

  private async outlines() {
    const r = await get<{ features: { properties: { kind: string }; geometry: { type: string; coordinates: [number, number][] } }[] }>('/outlines');
    for (const f of r.features) {
      if (f.geometry.type !== 'LineString') continue;
      const border = f.properties.kind === 'border';
      this.borders.add({ positions: Cartesian3.fromDegreesArray(f.geometry.coordinates.flat()), width: border ? 1 : 1.4, material: Material.fromType('Color', { color: Color.fromCssColorString(border ? '#5a5a5a' : '#2b3a48').withAlpha(border ? 0.55 : 0.8) }) });
    }
    this.render();
  }

  render() { this.widget.scene.requestRender(); }

  flat(on: boolean) {
    const scene = this.widget.scene;
    const back = this.widget.camera.computeViewRectangle();
    if (on) scene.morphTo2D(0);
    else scene.morphTo3D(0);
    if (back) this.widget.camera.setView({ destination: back });
    this.render();
  }

  isFlat(): boolean { return this.widget.scene.mode === SceneMode.SCENE2D; }

  /** Shows all of a theatre: what is defended, and what is shot from where. */
  frame(t: Theatre) {
    const used = new Set(t.arcs.flatMap((a) => [a.from, a.asset]));
    const places = [...t.assets, ...t.areas].filter((p) => used.has(p.id));
    const all = places.length > 1 ? places : [...t.assets, ...t.areas];
    if (all.length === 0) return;
    const r = Rectangle.fromCartographicArray(all.map((p) => Cartographic.fromDegrees(p.lon, p.lat)));
    const grow = 0.18 * Math.max(r.width, r.height, 0.03);
    this.widget.camera.setView({ destination: new Rectangle(r.west - grow, Math.max(-CMath.PI_OVER_TWO, r.south - grow), r.east + grow, Math.min(CMath.PI_OVER_TWO, r.north + grow)) });
    this.render();
  }

  layer(name: keyof Globe['shown'], on: boolean) {
    this.shown[name] = on;
    for (const e of this.layers[name]) e.show = on && !this.replayed;
    this.render();
  }

  private fill(name: keyof Globe['layers'], make: () => (Entity.ConstructorOptions | Entity)[]) {
    for (const e of this.layers[name]) this.widget.entities.remove(e);
    this.layers[name] = make().map((o) => {
      const e = this.widget.entities.add(o);
      e.show = this.shown[name] && !this.replayed;
      return e;
    });
  }

  draw(t: Theatre, posture: Posture | undefined) {
    const es = this.widget.entities;
    for (const e of this.marks) es.remove(e);
    this.marks = [];
    this.units.clear();
    const label = (text: string, dy: number) => ({
      text, font: '12px system-ui, sans-serif', style: LabelStyle.FILL_AND_OUTLINE, outlineWidth: 3, fillColor: Color.fromCssColorString(dark() ? '#eef3f8' : '#16212c'),
      outlineColor: Color.fromCssColorString(dark() ? '#0b1016' : '#ffffff'), pixelOffset: new Cartesian2(0, dy), verticalOrigin: VerticalOrigin.TOP, horizontalOrigin: HorizontalOrigin.CENTER, disableDepthTestDistance: 5e6,
      distanceDisplayCondition: undefined,
    });
    const mark = (kind: string, id: string, p: { lat: number; lon: number }, image: { url: string; size: number }, name: string) => {
      const e = es.add({ id: `${kind} ${id}`, position: Cartesian3.fromDegrees(p.lon, p.lat), billboard: { image: image.url, scale: 0.5, disableDepthTestDistance: 5e6 }, label: name ? label(name, image.size / 2 + 2) : undefined });
      e.show = !this.replayed;
      this.marks.push(e);
      return e;
    };
    const struck = new Set(t.arcs.map((a) => a.asset));
    for (const a of t.assets) mark('asset', a.id, a, assetSymbol(struck.has(a.id)), struck.has(a.id) ? a.name : '');
    for (const a of t.areas) if (t.arcs.some((x) => x.from === a.id)) mark('area', a.id, a, areaSymbol(), a.name);
    for (const u of unitsOf(t)) {
      this.units.set(u.id, u);
      mark('unit', u.id, u, unitSymbol(u), u.batteries.some((b) => b.layer === 'upper' || b.layer === 'exo') || u.sensors.some((x) => x.edit) ? u.name : '');
    }
    this.fill('coverage', () => t.sensors.filter((x) => x.edit && x.kind === 'radar' && x.outline_lon_lat.length > 3).map((x) => ({
      id: `coverage ${x.id}`, polyline: { positions: Cartesian3.fromDegreesArray(x.outline_lon_lat.flat()), width: 1.2, arcType: ArcType.GEODESIC, material: Color.fromCssColorString('#009e73').withAlpha(0.75) },
    })));
    this.fill('arcs', () => t.arcs.map((a, i) => ({
      id: `arc ${i}`, polyline: { positions: Cartesian3.fromDegreesArrayHeights(a.samples.flatMap((x) => [x[1], x[2], x[3]])), width: 1.5, arcType: ArcType.NONE, material: Color.fromCssColorString('#d55e00').withAlpha(0.6) },
    })));
    this.links(t, posture);
    this.choose(this.chosen);
    this.declutter();
  }

  /** Hides the names that would lie on other names: the chosen thing's stays, then what is aimed at, then who shoots. */
  private declutter() {
    const taken: [number, number, number, number][] = [];
    const now = this.widget.clock.currentTime;
    const rank = (e: Entity) => (this.chosen && e.id === `unit ${this.chosen}` ? 0 : e.id.startsWith('area') ? 1 : e.id.startsWith('asset') ? 2 : 3);
    for (const e of [...this.marks].sort((a, b) => rank(a) - rank(b))) {
      if (!e.label) continue;
      const p = e.position?.getValue(now);
      const w = p && SceneTransforms.worldToWindowCoordinates(this.widget.scene, p);
      const text = String(e.label.text?.getValue(now) ?? '');
      let free = w !== undefined;
      if (w) {
        const half = 3.4 * text.length;
        const dy = (e.label.pixelOffset?.getValue(now) as Cartesian2 | undefined)?.y ?? 0;
        const box: [number, number, number, number] = [w.x - half, w.y + dy, w.x + half, w.y + dy + 15];
        free = !taken.some((t) => box[0] < t[2] && t[0] < box[2] && box[1] < t[3] && t[1] < box[3]);
        if (free) taken.push(box);
      }
      e.label.show = new ConstantProperty(free);
    }
    this.render();
  }

  /** The agreements: an arrow from who tells to who is told. */
  links(t: Theatre, posture: Posture | undefined) {
    const centre = new Map<string, Cartesian3>();
    for (const n of t.nations) {
      const mine = [...t.assets, ...t.sensors.filter((x) => x.kind === 'radar'), ...t.batteries].filter((p) => p.nation === n.id);
      if (n.attacker || mine.length === 0) continue;
      const sum = mine.reduce((c, p) => Cartesian3.add(c, Cartesian3.fromDegrees(p.lon, p.lat), c), new Cartesian3());
      centre.set(n.id, this.widget.scene.globe.ellipsoid.scaleToGeodeticSurface(Cartesian3.divideByScalar(sum, mine.length, sum), new Cartesian3()) ?? sum);
    }
    // Where all tell all, thinner arrows leave the map to be seen.
    const thin = (posture?.edges.length ?? 0) > 12 ? 0.5 : 1;
    this.fill('links', () => (posture?.edges ?? []).flatMap((e) => {
      const a = centre.get(e.from);
      const b = centre.get(e.to);
      if (!a || !b) return [];
      const k = Math.max(0, levels.indexOf(e.level));
      // Each direction bows to its own side, so that both are seen.
      const along = Cartesian3.subtract(b, a, new Cartesian3());
      const side = Cartesian3.cross(along, a, new Cartesian3());
      if (Cartesian3.magnitude(side) === 0) return [];
      Cartesian3.normalize(side, side);
      const far = Cartesian3.magnitude(along);
      const points: Cartesian3[] = [];
      for (let i = 0; i <= 16; i++) {
        const f = 0.06 + (0.88 * i) / 16;
        const p = Cartesian3.lerp(a, b, f, new Cartesian3());
        Cartesian3.add(p, Cartesian3.multiplyByScalar(side, 0.12 * far * 4 * f * (1 - f), new Cartesian3()), p);
        const on = this.widget.scene.globe.ellipsoid.scaleToGeodeticSurface(p, new Cartesian3()) ?? p;
        points.push(Cartesian3.multiplyByScalar(on, 1 + 15e3 / 6.37e6, on));
      }
      const colour = Color.fromCssColorString(levelColours[k] ?? '#999');
      return [{ id: `link ${e.from} ${e.to}`, polyline: { positions: points, arcType: ArcType.NONE, width: thin * (4 + 3 * k), material: e.veto ? new PolylineDashMaterialProperty({ color: colour }) : new PolylineArrowMaterialProperty(colour.withAlpha(0.85)) } }];
    }));
    this.render();
  }

  footprint(f: Footprint | undefined) {
    this.fill('footprint', () => (f?.contours ?? []).filter((c) => c.kind === 'kill-probability' || c.level === 1).flatMap((c) => c.rings_lon_lat.map((ring) => {
      const alone = c.mode === 'alone';
      const colour = Color.fromCssColorString(alone ? '#ffffff' : '#e69f00').withAlpha(0.9);
      return { polyline: { positions: Cartesian3.fromDegreesArray([...ring, ring[0]!].flat()), width: c.kind === 'kill-probability' ? 2.5 : 1.2, arcType: ArcType.GEODESIC, material: alone ? new PolylineDashMaterialProperty({ color: colour }) : colour } };
    })));
    this.render();
  }

  choose(id: string) {
    this.chosen = id;
    for (const e of this.marks) if (e.billboard) e.billboard.scale = new ConstantProperty(e.id.endsWith(` ${id}`) && id ? 0.75 : 0.5);
    this.render();
  }

  /** Where a unit is on the screen, in pixels of the page. */
  project(id: string): { x: number; y: number } | undefined {
    const e = this.marks.find((m) => m.id.endsWith(` ${id}`));
    const p = e?.position?.getValue(this.widget.clock.currentTime);
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
    const pick = (at: Cartesian2): Entity | undefined => {
      const p: unknown = scene.pick(at, 9, 9);
      const id = defined(p) ? (p as { id?: unknown }).id : undefined;
      return id instanceof Entity ? id : undefined;
    };
    handler.setInputAction((e: { position: Cartesian2 }) => {
      const entity = pick(e.position);
      const unit = entity?.id.startsWith('unit ') ? this.units.get(entity.id.slice(5)) : undefined;
      if (!entity || !unit || this.replayed) return;
      held = { entity, unit, from: Cartesian2.clone(e.position), moved: false };
      controls.enableInputs = false;
    }, ScreenSpaceEventType.LEFT_DOWN);
    handler.setInputAction((e: { endPosition: Cartesian2 }) => {
      if (!held) return;
      if (!held.moved && Cartesian2.distance(held.from, e.endPosition) < 5) return;
      held.moved = true;
      const p = this.widget.camera.pickEllipsoid(e.endPosition);
      if (p) held.entity.position = new ConstantPositionProperty(p);
      this.render();
    }, ScreenSpaceEventType.MOUSE_MOVE);
    const up = (e: { position: Cartesian2 }) => {
      controls.enableInputs = true;
      const was = held;
      held = undefined;
      if (was?.moved) {
        const p = this.widget.camera.pickEllipsoid(e.position);
        if (p) {
          const c = Cartographic.fromCartesian(p);
          this.onMove(was.unit, CMath.toDegrees(c.latitude), CMath.toDegrees(c.longitude));
        }
        return;
      }
      const entity = was?.entity ?? pick(e.position);
      const [kind, ...id] = (entity?.id ?? '').split(' ');
      if (kind) this.onChoose(kind, id.join(' '));
    };
    handler.setInputAction(up, ScreenSpaceEventType.LEFT_UP);
    handler.setInputAction(up, ScreenSpaceEventType.LEFT_UP, KeyboardEventModifier.SHIFT);
  }

  /** Takes a run instead of the theatre; nothing: back to the theatre. */
  async replay(r: Replay | undefined) {
    if (this.replayed) this.widget.dataSources.remove(this.replayed, true);
    this.replayed = undefined;
    if (r) {
      this.replayed = await CzmlDataSource.load(r.czml);
      await this.widget.dataSources.add(this.replayed);
      this.widget.clock.clockStep = ClockStep.TICK_DEPENDENT;
      this.widget.clock.shouldAnimate = false;
    }
    for (const e of this.marks) e.show = !r;
    for (const k of Object.keys(this.layers) as (keyof Globe['layers'])[]) for (const e of this.layers[k]) e.show = !r && this.shown[k];
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
