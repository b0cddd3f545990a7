// The overlay as text, in step with the map: completion from the JSON Schema,
// errors where they stand.
import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { ask, get, type Fault, type Variant } from './api';
import { h, button } from './dom';
import { firstLines } from './state';

// The page's own colours, so that text is legible in light and in dark.
const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--blue)' }, { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' }, { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' }, { tag: tags.comment, color: 'var(--dim)', fontStyle: 'italic' },
]);

type Schema = { properties?: Record<string, Schema>; additionalProperties?: Schema | boolean; items?: Schema; anyOf?: Schema[]; enum?: string[]; description?: string };

/** The keys above a line, by indentation: where in the document it stands. */
function pathAt(lines: string[], line: number, indent: number): string[] {
  const path: string[] = [];
  let least = indent;
  for (let i = line - 1; i >= 0 && least > 0; i--) {
    const m = /^(\s*)(?:- )?([A-Za-z0-9._-]+):/.exec(lines[i]!);
    if (m && m[1]!.length < least) { path.unshift(m[2]!); least = m[1]!.length; }
  }
  return path;
}

function below(s: Schema | undefined, key: string): Schema | undefined {
  if (!s) return undefined;
  for (const o of s.anyOf ?? []) { const x = below(o, key); if (x) return x; }
  if (s.items) { const x = below(s.items, key); if (x) return x; }
  return s.properties?.[key] ?? (typeof s.additionalProperties === 'object' ? s.additionalProperties : undefined);
}

function keysOf(s: Schema | undefined): [string, Schema][] {
  if (!s) return [];
  return [...Object.entries(s.properties ?? {}), ...(s.anyOf ?? []).flatMap(keysOf), ...keysOf(s.items)];
}

function wordsOf(s: Schema | undefined): string[] {
  if (!s) return [];
  return [...(s.enum ?? []), ...(s.anyOf ?? []).flatMap(wordsOf), ...wordsOf(s.items)];
}

export class Editor {
  readonly element = h('div', { class: 'editor' });
  private view: EditorView;
  private schema?: Schema;
  private setting = false;
  private timer = 0;
  private faults = h('div', { class: 'faults', role: 'alert', 'data-testid': 'faults' });
  private open = h('div', { class: 'pairs' });

  constructor(private variant: () => Variant, private onText: (text: string) => void, private base: () => Promise<string>) {
    this.view = new EditorView({ state: this.fresh(''), parent: this.element });
    this.view.dom.setAttribute('data-testid', 'editor');
    this.open.append(button('Write the whole scenario here', () => void this.whole(), { title: 'Replaces what stands here by the text of the scenario itself' }));
    this.element.append(this.faults, this.open, h('p', { class: 'hint' }, 'Only what differs stands here; what is not said is as in the scenario it includes. Ctrl+Space completes.'));
    void get<Schema>('/schema').then((s) => { this.schema = s; });
  }

  private fresh(doc: string): EditorState {
    return EditorState.create({
      doc,
      extensions: [lineNumbers(), history(), bracketMatching(), yaml(), syntaxHighlighting(colours), lintGutter(), autocompletion({ override: [(c) => this.complete(c)] }),
        keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]), EditorView.lineWrapping, EditorView.contentAttributes.of({ 'aria-label': 'Overlay as YAML text' }),
        EditorView.updateListener.of((u) => { if (u.docChanged && !this.setting) this.typed(); })],
    });
  }

  private complete(c: CompletionContext): CompletionResult | null {
    const line = c.state.doc.lineAt(c.pos);
    const before = line.text.slice(0, c.pos - line.from);
    const word = /[A-Za-z0-9._-]*$/.exec(before)![0];
    const lines = c.state.doc.toString().split('\n');
    const indent = /^\s*/.exec(line.text)![0].length;
    const path = pathAt(lines, line.number - 1, indent);
    const at = (p: string[]) => p.reduce<Schema | undefined>((s, k) => below(s, k), this.schema);
    // Within braces the keys of the item; after a colon its words.
    const inner = /([A-Za-z0-9._-]+):\s*(?:\[\s*(?:\{[^}]*\},\s*)*)?\{[^}]*$/.exec(before);
    const valueOf = /([A-Za-z0-9._-]+):\s*\[?[A-Za-z0-9._-]*$/.exec(before);
    const here = inner ? [...path, inner[1]!] : path;
    if (valueOf && !/\{\s*[A-Za-z0-9._-]*$/.test(before)) {
      const words = wordsOf(below(at(here), valueOf[1]!));
      return words.length ? { from: c.pos - word.length, options: words.map((w) => ({ label: w, type: 'enum' })) } : null;
    }
    if (!word && !c.explicit) return null;
    const keys = keysOf(at(here));
    return keys.length ? { from: c.pos - word.length, options: [...new Map(keys)].map(([k, s]) => ({ label: k, type: 'property', apply: `${k}: `, info: s.description })) } : null;
  }

  /** Shows a text that came from elsewhere; where there is none yet, its first lines. */
  show(text: string) {
    text ||= firstLines(this.variant().scenario);
    if (text === this.view.state.doc.toString()) return;
    this.setting = true;
    this.view.setState(this.fresh(text));
    this.setting = false;
    this.mark([]);
  }

  private async whole() {
    const text = await this.base();
    this.show(text);
    this.typed();
  }

  private typed() {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.check(), 400);
  }

  private async check() {
    const text = this.view.state.doc.toString();
    const r = await ask<{ ok: boolean; problems: Fault[] }>('/check', { ...this.variant(), overlay: text });
    if (text !== this.view.state.doc.toString()) return;
    this.mark(r.problems);
    if (r.ok) this.onText(text);
  }

  private mark(faults: Fault[]) {
    const doc = this.view.state.doc;
    const found: Diagnostic[] = faults.map((f) => {
      const line = doc.line(Math.min(Math.max(1, f.file === 'overlay.yaml' ? (f.line ?? 1) : 1), doc.lines));
      const from = Math.min(line.to, line.from + Math.max(0, (f.col ?? 1) - 1));
      return { from, to: line.to, severity: 'error', message: [f.path, f.message, f.given && `given: ${f.given}`, f.allowed && `allowed: ${f.allowed}`, f.hint && `did you mean ${f.hint}?`].filter(Boolean).join('; ') };
    });
    this.view.dispatch(setDiagnostics(this.view.state, found));
    this.faults.replaceChildren(...faults.slice(0, 12).map((f) => h('p', {}, `${f.line ? `line ${f.line}: ` : ''}${f.path ? `${f.path}: ` : ''}${f.message}${f.given ? ` (given: ${f.given})` : ''}${f.allowed ? `; allowed: ${f.allowed}` : ''}${f.hint ? `; did you mean ${f.hint}?` : ''}`)));
  }
}
