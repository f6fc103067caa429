// Builds the site twice: hashed files for the browser, and one self-contained module for the server.
import { defineConfig } from 'vite'
import solid from 'vite-plugin-solid'
import { compressAssets } from './build/compress-assets.ts'

/** Browsers that know `light-dark()`, so that the sheet's colours stay one declaration each. */
const browsers = ['chrome123', 'firefox120', 'safari17.5']

/** What every page has around it is one file: each cut through it would cost some hundred bytes of every first visit. */
const frame = {
  name: 'frame',
  test: /node_modules|\/(app|(layout|live|components|api)\/[a-z-]+|pages\/(page|pages|start|page-[a-z]+|problem-view))\.tsx?$/,
}

export default defineConfig(({ isSsrBuild, command }) => ({
  root: import.meta.dirname,
  plugins: [solid({ ssr: true }), ...(isSsrBuild ? [] : [compressAssets()])],
  publicDir: isSsrBuild ? false : 'public',
  build: {
    target: browsers,
    cssTarget: browsers,
    cssMinify: 'lightningcss',
    outDir: isSsrBuild ? 'dist/server' : 'dist/client',
    emptyOutDir: true,
    manifest: !isSsrBuild,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // One file for the server: pages opened later must not depend on what a newer build has left.
    rolldownOptions: isSsrBuild
      ? { output: { codeSplitting: false } }
      : { input: 'entry-client.tsx', output: { codeSplitting: { groups: [frame] } } },
  },
  ...(command === 'build' ? { ssr: { noExternal: true as const } } : {}),
}))
