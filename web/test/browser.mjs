// A browser, a server of local files, and the program under test: what the
// browser tests share.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { extname, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const here = fileURLToPath(new URL('.', import.meta.url));
export const root = resolve(here, '..', '..');

/** Path of the program, built by `make test` beforehand. */
export const program = process.env.TESTUDO ?? join(root, 'bin', 'testudo');

export function testudo(...args) {
  return execFileSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
}

export async function browser() {
  const paths = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].filter(Boolean);
  const executablePath = paths.find((p) => existsSync(p));
  if (!executablePath) throw new Error(`no Chromium found in ${paths.join(', ')}: install Debian's package chromium, or set CHROMIUM`);
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

const kinds = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.json': 'application/json', '.css': 'text/css', '.czml': 'application/json', '.wasm': 'application/wasm', '.xml': 'text/xml', '.jpg': 'image/jpeg', '.png': 'image/png' };

/** Serves folders under prefixes on loopback; `pages` are texts by path. */
export async function serve(folders, pages = {}) {
  const server = createServer(async (req, res) => {
    const path = decodeURIComponent(new URL(req.url, 'http://localhost').pathname);
    try {
      if (path === '/favicon.ico') {
        res.writeHead(204);
        res.end();
        return;
      }
      if (path in pages) {
        res.writeHead(200, { 'content-type': kinds[extname(path)] ?? 'text/html' });
        res.end(pages[path]);
        return;
      }
      for (const [prefix, folder] of Object.entries(folders)) {
        if (!path.startsWith(prefix)) continue;
        const file = normalize(join(folder, path.slice(prefix.length)));
        if (!file.startsWith(resolve(folder))) break;
        const body = await readFile(file);
        res.writeHead(200, { 'content-type': kinds[extname(file)] ?? 'application/octet-stream' });
        res.end(body);
        return;
      }
    } catch {
      // falls through to 404
    }
    res.writeHead(404);
    res.end();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
