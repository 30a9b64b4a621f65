import { defineConfig } from 'vite'

// biome-ignore lint/style/noDefaultExport: Vite asks for it
export default defineConfig({
  base: '/',
  // The console's files are built from `npm start` and `npm run synth`: lib/console-files.ts says where to.
  build: {
    target: 'es2023',
    // Nothing inline: the security policy of the console allows files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    reportCompressedSize: false,
  },
})
