import { defineConfig } from 'vite';

// The page is built once and embedded in the program: no inline scripts, for the
// server's policy forbids them, and no requests to anywhere else.
export default defineConfig({
  build: { outDir: 'build', emptyOutDir: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 8000, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': 'http://127.0.0.1:8014', '/cesium': { target: 'http://127.0.0.1:8014' } } },
});
