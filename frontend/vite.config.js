// Builds the journey canvas: `node_modules/.bin/vite build`, into the package, or into $CANVAS_OUT.
// The same packages give the same bytes; a test compares them with what is committed.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const SOURCE = process.env.CANVAS_SOURCE ?? here("../components/journey_canvas/src");
const TARGET = process.env.CANVAS_OUT ?? here("../app/waypost/web/assets/journey_canvas");

/** The source stands beside its Python face, the packages stand here: look for them here. */
const packagesFromHere = {
  name: "packages-from-here",
  enforce: "pre",
  resolveId(name, importer) {
    if (!importer?.startsWith(SOURCE) || /^[./]/.test(name) || name.startsWith("\0")) return null;
    return this.resolve(name, here("vite.config.js"), { skipSelf: true });
  },
};

export default defineConfig({
  root: SOURCE,
  base: "./",
  logLevel: "warn",
  plugins: [packagesFromHere],
  define: { "process.env.NODE_ENV": '"production"' },
  oxc: { jsx: { runtime: "automatic", development: false } },
  build: {
    outDir: TARGET,
    emptyOutDir: false, // the licences stand beside
    target: "es2022",
    sourcemap: false,
    reportCompressedSize: false,
    cssCodeSplit: false,
    lib: { entry: `${SOURCE}/index.jsx`, formats: ["es"], fileName: () => "index.js", cssFileName: "index" },
    rolldownOptions: {
      output: { minify: true, assetFileNames: "index.[ext]" },
      // "use client" is for servers that render React; here is none.
      onwarn: (warning, warn) => warning.code === "MODULE_LEVEL_DIRECTIVE" || warn(warning),
    },
  },
});
