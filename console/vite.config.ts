import { defineConfig } from 'vite'

// biome-ignore lint/style/noDefaultExport: Vite requires it
export default defineConfig({
  base: '/',
  // lib/console-files.ts runs the build and names its output folder.
  build: {
    target: 'es2023',
    // No inline assets: the content security policy allows files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    reportCompressedSize: false,
  },
})
