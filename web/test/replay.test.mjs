// What `testudo replay` writes is read by the programs it is for: CZML by
// CesiumJS in a real browser; KML is held against the OGC's schema, GeoJSON
// against RFC 7946, and both are read by an independent reader.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { check } from '@placemarkio/check-geojson';
import { kml } from '@tmcw/togeojson';
import { DOMParser } from '@xmldom/xmldom';
import { validateXML } from 'xmllint-wasm';
import { browser, here, root, serve, testudo } from './browser.mjs';

const folder = mkdtempSync(join(tmpdir(), 'testudo-'));
const cesium = join(here, '..', 'node_modules', 'cesium', 'Build', 'Cesium');
const page = `<!doctype html><meta charset="utf-8"><title>CZML</title>
<script>window.CESIUM_BASE_URL = '/cesium/'</script><script src="/cesium/Cesium.js"></script>
<link rel="stylesheet" href="/cesium/Widgets/widgets.css"><style>html,body,#map{margin:0;height:100%}</style><div id="map"></div>`;

let chrome, server;
before(async () => {
  chrome = await browser();
  server = await serve({ '/cesium/': cesium, '/out/': folder }, { '/index.html': page });
});
after(async () => {
  await chrome?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The last posture of the ladder: the one in which most is agreed. */
function last(path) {
  const sum = JSON.parse(testudo('check', path, '--json'));
  return sum.ladder.at(-1);
}

/** Loads a CZML with Cesium's own reader and says what it holds. */
async function load(tab, name) {
  return tab.evaluate(async (url) => {
    const source = await Cesium.CzmlDataSource.load(url);
    const start = source.clock.startTime, stop = source.clock.stopTime;
    const span = Cesium.JulianDate.secondsDifference(stop, start);
    let samples = 0, bad = 0, moving = 0, ellipsoids = 0, shown = 0;
    for (const e of source.entities.values) {
      if (e.ellipsoid) ellipsoids++;
      if (e.polyline?.show && !e.polyline.show.isConstant) shown++;
      if (!e.position) continue;
      if (!e.position.isConstant) moving++;
      for (let k = 0; k <= 20; k++) {
        const at = Cesium.JulianDate.addSeconds(start, (span * k) / 20, new Cesium.JulianDate());
        if (e.availability && !e.availability.contains(at)) continue;
        const p = e.position.getValue(at);
        if (!p) continue;
        samples++;
        const h = Cesium.Cartographic.fromCartesian(p)?.height;
        if (!Number.isFinite(h) || h < -1000 || h > 2e7) bad++;
      }
    }
    return { name: source.name, entities: source.entities.values.length, span, samples, bad, moving, ellipsoids, shown };
  }, `${server.url}/out/${name}`);
}

/** The OGC's schema of KML 2.2, as the Go module that writes ours carries it. What it imports for authors and addresses, which we do not write, is left open. */
function schemas() {
  const dir = execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', 'github.com/twpayne/go-kml/v3'], { cwd: root, encoding: 'utf8' }).trim();
  const open = (space, ...names) => `<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="${space}" elementFormDefault="qualified">${names.map((n) => `<element name="${n}" type="anyType"/>`).join('')}</schema>`;
  return {
    schema: { fileName: 'ogckml22.xsd', contents: readFileSync(join(dir, 'xsd', 'ogckml22.xsd'), 'utf8').replace(/http:[^"]*xAL\.xsd/, 'xAL.xsd') },
    preload: [{ fileName: 'atom-author-link.xsd', contents: open('http://www.w3.org/2005/Atom', 'author', 'link') }, { fileName: 'xAL.xsd', contents: open('urn:oasis:names:tc:ciq:xsdschema:xAL:2.0', 'AddressDetails') }],
  };
}

async function open() {
  const tab = await chrome.newPage({ viewport: { width: 1280, height: 800 } });
  const errors = [];
  const strangers = [];
  tab.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
  tab.on('pageerror', (e) => errors.push(String(e)));
  tab.on('request', (r) => { if (!r.url().startsWith(server.url) && !/^(data|blob):/.test(r.url())) strangers.push(r.url()); });
  await tab.goto(`${server.url}/index.html`);
  await tab.waitForFunction(() => window.Cesium !== undefined);
  return { tab, errors, strangers };
}

test('CesiumJS reads the CZML of every shipped scenario, the schema allows its KML, RFC 7946 its GeoJSON', async () => {
  const { tab, errors, strangers } = await open();
  const ogc = schemas();
  for (const file of readdirSync(join(root, 'scenarios')).filter((f) => f.endsWith('.yaml'))) {
    const path = join('scenarios', file);
    const name = file.replace('.yaml', '.czml');
    testudo('replay', path, '--posture', last(path), '--run', '1', ...[name, 'r.kml', 'r.geojson'].flatMap((n) => ['--out', join(folder, n)]));
    const xml = await validateXML({ xml: { fileName: 'r.kml', contents: readFileSync(join(folder, 'r.kml'), 'utf8') }, ...ogc });
    assert.deepEqual(xml.errors.slice(0, 3).map((e) => e.rawMessage), [], `${file}: KML`);
    check(readFileSync(join(folder, 'r.geojson'), 'utf8')); // throws with what is wrong
    assert.ok(statSync(join(folder, name)).size < 5e6, `${name} is larger than 5 MB`);
    const got = await load(tab, name);
    assert.equal(got.bad, 0, `${name}: ${got.bad} places are not on or above the Earth`);
    assert.ok(got.entities > 10 && got.moving > 0 && got.samples > 50 && got.ellipsoids > 0 && got.span > 60, `${name}: ${JSON.stringify(got)}`);
  }
  assert.deepEqual(errors, []);
  assert.deepEqual(strangers, []);
});

test('the raid of sixty missiles is drawn on the globe', async () => {
  const { tab, errors } = await open();
  const name = 'northeast-asia-2014.czml';
  testudo('replay', 'scenarios/northeast-asia-2014.yaml', '--posture', 'mutual', '--pick', 'worst', '--out', join(folder, name));
  await tab.evaluate(async (url) => {
    const viewer = new Cesium.Viewer('map', { baseLayer: false, baseLayerPicker: false, geocoder: false, requestRenderMode: false, navigationInstructionsInitiallyVisible: false });
    window.viewer = viewer;
    const source = await viewer.dataSources.add(Cesium.CzmlDataSource.load(url));
    viewer.clock.currentTime = Cesium.JulianDate.addSeconds(source.clock.startTime, 300, new Cesium.JulianDate());
    viewer.clock.shouldAnimate = false;
    viewer.camera.setView({ destination: Cesium.Cartesian3.fromDegrees(131, 29, 2.0e6), orientation: { pitch: -1.1 } });
  }, `${server.url}/out/${name}`);
  await tab.waitForFunction(() => window.viewer.dataSourceDisplay.ready, undefined, { timeout: 60000 });
  await tab.waitForTimeout(4000);
  const shot = await tab.screenshot();
  if (process.env.SCREENSHOTS) writeFileSync(join(process.env.SCREENSHOTS, 'replay.png'), shot);
  assert.ok(shot.length > 20000, 'the picture is empty');
  assert.deepEqual(errors, []);
});

test('hostile names run no script in the description of an entity', async () => {
  const text = ['testudo: 1', `include: ${join(root, 'scenarios', 'northeast-asia-2014.yaml')}`, 'name: "<script>window.hurt = 1</script>"', 'assets:', '  tokyo: {name: "<img src=x onerror=\\"window.hurt = 1\\">"}', ''].join('\n');
  writeFileSync(join(folder, 'hostile.yaml'), text);
  testudo('replay', join(folder, 'hostile.yaml'), '--posture', 'mutual', '--out', join(folder, 'hostile.czml'));
  const { tab } = await open();
  const hurt = await tab.evaluate(async (url) => {
    const source = await Cesium.CzmlDataSource.load(url);
    for (const e of source.entities.values) {
      const box = document.createElement('div');
      box.innerHTML = e.description?.getValue(source.clock.startTime) ?? '';
      document.body.append(box);
    }
    await new Promise((done) => setTimeout(done, 500));
    return { hurt: window.hurt, images: document.querySelectorAll('div img[src="x"]').length };
  }, `${server.url}/out/hostile.czml`);
  assert.equal(hurt.hurt, undefined);
  assert.equal(hurt.images, 0);
});

test('an independent reader finds in the KML what the GeoJSON says', () => {
  testudo('replay', 'scenarios/gulf.yaml', '--posture', last('scenarios/gulf.yaml'), '--out', join(folder, 'gulf.kml'), '--out', join(folder, 'gulf.geojson'));
  const read = kml(new DOMParser().parseFromString(readFileSync(join(folder, 'gulf.kml'), 'utf8'), 'text/xml'));
  const ours = JSON.parse(readFileSync(join(folder, 'gulf.geojson'), 'utf8'));
  const flights = ours.features.filter((f) => f.properties.kind === 'missile');
  assert.ok(flights.length > 5);
  for (const f of flights) {
    const other = read.features.find((g) => g.properties.name === f.properties.id);
    assert.ok(other, `${f.properties.id} is not in the KML`);
    assert.equal(other.geometry.type, 'LineString');
    assert.deepEqual(other.geometry.coordinates[0].slice(0, 2), f.geometry.coordinates[0].slice(0, 2));
    assert.deepEqual(other.geometry.coordinates.at(-1).slice(0, 2), f.geometry.coordinates.at(-1).slice(0, 2));
  }
});
