// Military symbols after MIL-STD-2525D, drawn by milsymbol.
import ms from 'milsymbol';
import type { Unit } from './globe';

export interface Symbol { url: string; size: number }

const made = new Map<string, Symbol>();

// Set and entity of the standard: land unit, air defence with missiles; land
// equipment, radar; sea surface, destroyer.
const airDefence = '10031000001301020000';
const radar = '10031500002203000000';
const ship = '10033000001202030000';
const launcher = '10061000001307000000';

function symbol(code: string): Symbol {
  let x = made.get(code);
  if (!x) {
    // Twice the size, shown at half: sharp on fine screens.
    const m = new ms.Symbol(code, { size: 44, frame: true, outlineWidth: 4, outlineColor: 'rgba(255,255,255,0.9)' });
    x = { url: m.toDataURL(), size: m.getSize().height / 2 };
    made.set(code, x);
  }
  return x;
}

export function unitSymbol(u: Unit): Symbol {
  if ([...u.batteries, ...u.sensors].some((p) => p.platform === 'ship')) return symbol(ship);
  return symbol(u.batteries.length > 0 ? airDefence : radar);
}

export const areaSymbol = () => symbol(launcher);

export function assetSymbol(aimedAt: boolean): Symbol {
  const key = `asset ${aimedAt}`;
  let x = made.get(key);
  if (!x) {
    const c = document.createElement('canvas');
    c.width = c.height = 28;
    const g = c.getContext('2d')!;
    g.beginPath();
    g.arc(14, 14, aimedAt ? 9 : 6, 0, 2 * Math.PI);
    g.fillStyle = aimedAt ? '#ffffff' : 'rgba(255,255,255,0.6)';
    g.fill();
    g.lineWidth = 4;
    g.strokeStyle = aimedAt ? '#16212c' : 'rgba(70,80,90,0.7)';
    g.stroke();
    x = { url: c.toDataURL(), size: 14 };
    made.set(key, x);
  }
  return x;
}
