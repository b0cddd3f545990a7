// Small hands for building elements. Text is always text: nothing here takes
// markup, so that a name in a scenario stays a name.

type Child = Node | string | null | undefined | false;
type Props = Record<string, string | number | boolean | ((e: Event) => void) | undefined>;

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  set(e, props);
  for (const c of children) if (c !== null && c !== undefined && c !== false) e.append(c);
  return e;
}

const svgNS = 'http://www.w3.org/2000/svg';
export function s(tag: string, props: Props = {}, ...children: Child[]): SVGElement {
  const e = document.createElementNS(svgNS, tag);
  set(e, props);
  for (const c of children) if (c !== null && c !== undefined && c !== false) e.append(c);
  return e;
}

function set(e: Element, props: Props) {
  for (const [k, v] of Object.entries(props)) {
    if (v === undefined || v === false) continue;
    if (typeof v === 'function') e.addEventListener(k, v);
    else e.setAttribute(k, v === true ? '' : String(v));
  }
}

/** A button with a name. */
export function button(label: string, on: () => void, props: Props = {}): HTMLButtonElement {
  return h('button', { type: 'button', click: on, ...props }, label);
}

/** Three digits, no more than two after the point: as the reports print. */
export function num(x: number | null | undefined): string {
  if (x === null || x === undefined || !Number.isFinite(x)) return '–';
  const a = Math.abs(x);
  if (a === 0) return '0';
  if (a >= 1000) return Math.round(x).toLocaleString('en').replaceAll(',', '\u202f');
  if (a >= 100) return x.toFixed(0);
  if (a >= 10) return x.toFixed(1);
  return a >= 0.005 ? x.toFixed(2) : x.toPrecision(1);
}

export const signed = (x: number) => (x > 0 ? `+${num(x)}` : num(x).replace('-', '−'));

export function link(url: string | undefined, label: string): HTMLElement | string {
  // Only web addresses become links: a source is somebody's text.
  return url && /^https?:\/\//.test(url) ? h('a', { href: url, rel: 'noopener noreferrer', target: '_blank' }, label) : label;
}

const typing = new Set<Element>();

/** A field whose text is kept while it is typed, until it has changed. */
export function kept(input: HTMLInputElement): HTMLInputElement {
  input.addEventListener('input', () => typing.add(input));
  input.addEventListener('change', () => typing.delete(input));
  return input;
}

/** Puts other children into a box, and keeps what the reader had: the focus, what was unfolded, how far it was scrolled. */
export function refill(box: HTMLElement, ...children: Child[]) {
  // What is being typed is not taken away; it is told by what follows from it, or when it is let go.
  const active = document.activeElement;
  if (active instanceof HTMLInputElement && box.contains(active) && typing.has(active)) {
    active.addEventListener('blur', () => { if (typing.delete(active)) refill(box, ...children); }, { once: true });
    return;
  }
  const name = (e: Element | null) => e && (e.getAttribute('data-path') ?? e.getAttribute('data-testid') ?? e.getAttribute('aria-label') ?? (e.tagName === 'SUMMARY' || e.tagName === 'BUTTON' ? e.textContent : null));
  const held = box.contains(active) ? name(active) : null;
  // What is marked to be typed over stays marked: else the next key would write beside it.
  const marked = held && active instanceof HTMLInputElement ? [active.selectionStart, active.selectionEnd] : null;
  const open = new Set([...box.querySelectorAll('details[open] > summary')].map((e) => e.textContent ?? ''));
  const scroller = box.closest('#views');
  const top = scroller?.scrollTop ?? 0;
  box.replaceChildren(...children.filter((c): c is Node | string => c !== null && c !== undefined && c !== false));
  for (const d of box.querySelectorAll('details')) if (open.has(d.querySelector('summary')?.textContent ?? '')) d.open = true;
  if (scroller) scroller.scrollTop = top;
  if (!held) return;
  for (const e of box.querySelectorAll<HTMLElement | SVGElement>('[data-path], [data-testid], [aria-label], summary, button')) if (name(e) === held) {
    e.focus({ preventScroll: true });
    if (marked && e instanceof HTMLInputElement) {
      if (marked[0] === null) e.select(); // a field of numbers does not tell what is marked
      else e.setSelectionRange(marked[0], marked[1]);
    }
    break;
  }
}

/** Whole numbers with thin groups, as the reports print them. */
export const whole = (x: number) => Math.round(x).toLocaleString('en').replaceAll(',', '\u202f');
