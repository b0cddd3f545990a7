// Builds the page and packs it for the program: every file compressed by gzip
// and stored under its name with .gz, in dist/page.zip.
import { cpSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync, zipSync } from 'fflate';
import { build } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
await build({ root: here, logLevel: 'warn' });

// What CesiumJS loads while it runs: workers, and the textures of the globe.
const engine = join(here, 'node_modules', '@cesium', 'engine');
const out = join(here, 'build');
cpSync(join(engine, 'Build', 'Workers'), join(out, 'cesium', 'Workers'), { recursive: true });
cpSync(join(engine, 'Build', 'ThirdParty'), join(out, 'cesium', 'ThirdParty'), { recursive: true });
for (const part of ['approximateTerrainHeights.json', 'IAU2006_XYS', join('Textures', 'waterNormals.jpg'), join('Textures', 'waterNormalsSmall.jpg')]) {
  cpSync(join(engine, 'Source', 'Assets', part), join(out, 'cesium', 'Assets', part), { recursive: true });
}
cpSync(join(engine, 'LICENSE.md'), join(out, 'cesium', 'LICENSE.txt'));

const files = {};
const walk = (folder) => {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) walk(path);
    else if (!name.endsWith('.map') && !name.endsWith('.cjs')) files[`${relative(out, path).split(sep).join('/')}.gz`] = [gzipSync(readFileSync(path), { level: 9, mtime: 0 }), { level: 0 }];
  }
};
walk(out);
// The archive carries no time of its own, so that the same page gives the same bytes.
const page = zipSync(files, { mtime: new Date('2000-01-01T12:00:00') });
writeFileSync(join(here, 'dist', 'page.zip'), page);
console.log(`the page: ${Object.keys(files).length} files, ${(page.length / 1e6).toFixed(1)} MB`);
