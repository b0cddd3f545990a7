// Tables are read back by a reader that is not ours: Parquet by hyparquet, and its
// figures are those of the CSV and of the JSON of the same command.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { testudo } from './browser.mjs';

const folder = mkdtempSync(join(tmpdir(), 'testudo-tables-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const buffer = (name) => {
  const b = readFileSync(join(folder, name));
  return b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength);
};

/** RFC 4180 with comment lines before the header, as docs/exchange.md describes. */
function csv(text) {
  const lines = text.split(/\r?\n/).filter((l) => l !== '');
  const meta = Object.fromEntries(lines.filter((l) => l.startsWith('# ')).map((l) => [l.slice(2, l.indexOf(':')), l.slice(l.indexOf(':') + 2)]));
  const [head, ...rows] = lines.filter((l) => !l.startsWith('#')).map((l) => l.split(','));
  return { meta, rows: rows.map((r) => Object.fromEntries(head.map((h, i) => [h, r[i]]))) };
}

test('Parquet, CSV and JSON of one study say the same', async () => {
  const doc = JSON.parse(testudo('gain', 'scenarios/gulf.yaml', '--runs', '200', '--json', '--out', join(folder, 'g.parquet'), '--out', join(folder, 'g.csv')));
  const file = buffer('g.parquet');
  const meta = parquetMetadata(file);
  const keys = Object.fromEntries(meta.key_value_metadata.map((m) => [m.key, m.value]));
  assert.equal(keys['testudo.seed'], '2014');
  assert.equal(keys['testudo.runs'], '200');
  assert.equal(keys['testudo.scenario_digest'], doc.scenario_digest);
  assert.match(keys['testudo.command'], /^testudo gain scenarios\/gulf.yaml /);
  assert.match(keys['testudo.tool'], /^testudo /);
  const rows = await parquetReadObjects({ file });
  const other = csv(readFileSync(join(folder, 'g.csv'), 'utf8'));
  assert.equal(other.meta.scenario_digest, doc.scenario_digest);
  assert.equal(rows.length, other.rows.length);
  rows.forEach((r, i) => {
    for (const [k, v] of Object.entries(r)) {
      if (typeof v === 'number') assert.equal(Number(other.rows[i][k]), v, `${k} of row ${i}`);
      else assert.equal(other.rows[i][k], v ?? '', `${k} of row ${i}`);
    }
  });
  for (const p of doc.result.postures) {
    const r = rows.find((x) => x.posture === p.posture && x.scope === 'whole');
    assert.equal(r.leakers_missiles, p.leakers.value);
    assert.equal(r.leakers_missiles_low95, p.leakers.low);
  }
});

test('one row per run: whole numbers, and their mean is the figure', async () => {
  const doc = JSON.parse(testudo('run', 'scenarios/gulf.yaml', '--posture', 'alone', '--runs', '100', '--json', '--rows', '--out', join(folder, 'r.parquet')));
  const file = buffer('r.parquet');
  const rows = await parquetReadObjects({ file });
  assert.equal(rows.length, 100);
  const mean = rows.reduce((sum, r) => sum + Number(r.leakers_missiles), 0) / rows.length;
  assert.ok(Math.abs(mean - doc.result.postures[0].leakers.value) < 1e-9);
  assert.equal(typeof rows[0].leakers_missiles, 'bigint'); // INT64
});
