// The ground of the map: Natural Earth's land, coasts and borders, drawn tile by
// tile as the globe asks for them, sharp at every height and in the page's own
// colours.
import { Credit, Event as CesiumEvent, GeographicTilingScheme, type ImageryProvider } from '@cesium/engine';
import { get } from './api';

interface Shape { code: string; west: number; south: number; east: number; north: number; points: Float32Array }

export interface Ground { land: Shape[]; coasts: Shape[]; borders: Shape[] }

type Feature = { properties: { kind: string; code?: string }; geometry: { type: string; coordinates: unknown } };

/** A ring or a line whose longitudes go on where they pass the edge of the sheet; around a pole, over the pole. */
function shape(code: string, ring: [number, number][]): Shape {
  const points: number[] = [];
  let turn = 0;
  ring.forEach(([lon, lat], i) => {
    const before = ring[i - 1]?.[0] ?? lon;
    if (lon - before > 180) turn -= 360;
    if (lon - before < -180) turn += 360;
    points.push(lon + turn, lat);
  });
  if (Math.abs(turn) === 360) {
    const pole = points[1]! < 0 ? -90 : 90;
    points.push(points[points.length - 2]!, pole, points[0]!, pole);
  }
  const s: Shape = { code, west: Infinity, south: 90, east: -Infinity, north: -90, points: Float32Array.from(points) };
  for (let i = 0; i < points.length; i += 2) {
    s.west = Math.min(s.west, points[i]!);
    s.east = Math.max(s.east, points[i]!);
    s.south = Math.min(s.south, points[i + 1]!);
    s.north = Math.max(s.north, points[i + 1]!);
  }
  return s;
}

export async function ground(): Promise<Ground> {
  const r = await get<{ features: Feature[] }>('/outlines');
  const out: Ground = { land: [], coasts: [], borders: [] };
  for (const f of r.features) {
    if (f.properties.kind === 'land') for (const polygon of f.geometry.coordinates as [number, number][][][]) for (const ring of polygon) out.land.push(shape(f.properties.code ?? '', ring));
    if (f.properties.kind === 'coast') out.coasts.push(shape('', f.geometry.coordinates as [number, number][]));
    if (f.properties.kind === 'border') out.borders.push(shape('', f.geometry.coordinates as [number, number][]));
  }
  return out;
}

export interface Colours { sea: string; land: string; ours: string; theirs: string; coast: string; border: string; grid: string }

const size = 512;

/** Tiles of the ground; whose land is tinted as whose says the caller. */
export function tiles(g: Ground, c: Colours, side: (code: string) => 'ours' | 'theirs' | ''): ImageryProvider {
  const tilingScheme = new GeographicTilingScheme();
  const draw = (x: number, y: number, level: number): HTMLCanvasElement => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = size;
    const pen = canvas.getContext('2d')!;
    const span = 180 / 2 ** level;
    const west = -180 + x * span;
    const north = 90 - y * span;
    const k = size / span;
    const margin = span / 64;
    // The same shape may lie a turn to the west or to the east.
    const turns = (s: Shape): number[] => (s.north < north - span - margin || s.south > north + margin ? [] : [-360, 0, 360].filter((o) => s.east + o >= west - margin && s.west + o <= west + span + margin));
    pen.fillStyle = c.sea;
    pen.fillRect(0, 0, size, size);
    // Every ten degrees, and closer where one looks closer.
    const step = span > 40 ? 10 : span > 10 ? 5 : span > 3 ? 1 : 0.5;
    pen.strokeStyle = c.grid;
    pen.lineWidth = 1;
    pen.beginPath();
    for (let lon = Math.ceil(west / step) * step; lon <= west + span; lon += step) { pen.moveTo((lon - west) * k, 0); pen.lineTo((lon - west) * k, size); }
    for (let lat = Math.ceil((north - span) / step) * step; lat <= north; lat += step) { pen.moveTo(0, (north - lat) * k); pen.lineTo(size, (north - lat) * k); }
    pen.stroke();
    // A country's rings follow each other: holes are left out by the even-odd rule.
    for (let i = 0; i < g.land.length;) {
      const code = g.land[i]!.code;
      pen.beginPath();
      let any = false;
      for (; i < g.land.length && g.land[i]!.code === code; i++) {
        const p = g.land[i]!.points;
        for (const o of turns(g.land[i]!)) {
          any = true;
          pen.moveTo((p[0]! + o - west) * k, (north - p[1]!) * k);
          for (let j = 2; j < p.length; j += 2) pen.lineTo((p[j]! + o - west) * k, (north - p[j + 1]!) * k);
        }
      }
      if (!any) continue;
      const whose = side(code);
      pen.fillStyle = whose === 'ours' ? c.ours : whose === 'theirs' ? c.theirs : c.land;
      pen.fill('evenodd');
    }
    const lines = (all: Shape[], colour: string, width: number) => {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.lineJoin = 'round';
      pen.beginPath();
      for (const s of all) {
        const p = s.points;
        for (const o of turns(s)) {
          for (let i = 0; i < p.length; i += 2) {
            // Where land is cut at the edge of the sheet there is no coast.
            const edge = i > 0 && ((Math.abs(p[i]!) > 179.9 && Math.abs(p[i - 2]!) > 179.9) || Math.abs(p[i + 1]!) > 89.9);
            if (i === 0 || edge) pen.moveTo((p[i]! + o - west) * k, (north - p[i + 1]!) * k);
            else pen.lineTo((p[i]! + o - west) * k, (north - p[i + 1]!) * k);
          }
        }
      }
      pen.stroke();
    };
    lines(g.borders, c.border, 1.6);
    lines(g.coasts, c.coast, 1.6);
    return canvas;
  };
  return {
    tilingScheme, tileWidth: size, tileHeight: size, minimumLevel: 0, maximumLevel: 9, rectangle: tilingScheme.rectangle, tileDiscardPolicy: undefined, errorEvent: new CesiumEvent(), credit: new Credit('Natural Earth'), proxy: undefined, hasAlphaChannel: false,
    getTileCredits: () => [], requestImage: (x: number, y: number, level: number) => Promise.resolve(draw(x, y, level)), pickFeatures: () => undefined,
  } as unknown as ImageryProvider;
}
