import { defineConfig, type Plugin } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";
import tourTexts from "./src/tour.json";

/** The built page says itself what may run in it and that it asks nobody else for anything, whatever its server says. */
const contentPolicy = (single: boolean): Plugin => {
  const inline = single ? "'unsafe-inline'" : "'self'";
  const rules = [
    "default-src 'none'",
    `script-src ${inline} 'wasm-unsafe-eval'`,
    `style-src ${inline}`,
    `worker-src ${single ? "blob:" : "'self'"}`,
    `connect-src ${single ? "data:" : "'self'"}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return {
    name: "content-policy",
    apply: "build",
    transformIndexHtml: () => [{ tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: rules.join("; ") }, injectTo: "head-prepend" }],
  };
};

/** The tour as a block of data in the page, so that whoever has only the built page can write one of his own. */
const tour = (): Plugin => ({
  name: "tour",
  transformIndexHtml: () => [{ tag: "script", attrs: { type: "application/json", id: "tour" }, children: JSON.stringify(tourTexts, null, 2).replaceAll("<", "\\u003c"), injectTo: "body" }],
});

/** The service worker, told which files the build has: their names have the hashes of what is in them. */
const offline = (): Plugin => ({
  name: "offline",
  apply: "build",
  generateBundle: {
    order: "post",
    async handler(_, bundle) {
      const files = Object.keys(bundle).filter((name) => name.startsWith("assets/")).sort();
      const source = await this.fs.readFile("service_worker.js", { encoding: "utf8" });
      this.emitFile({ type: "asset", fileName: "service_worker.js", source: source.replace("assets = []", `assets = ${JSON.stringify(files)}`) });
    },
  },
});

/** With `--mode single` one file that opens from a disk: scripts, styles, worker and WebAssembly stand in it. */
export default defineConfig(({ mode }) => {
  const single = mode === "single";
  return {
    base: "./", // the built page opens from any folder of any web server
    build: {
      outDir: `../../../build/${single ? "lab-single" : "lab"}`,
      emptyOutDir: true,
      target: "es2022",
      modulePreload: { polyfill: false },
    },
    resolve: { alias: single ? [{ find: "./start_worker", replacement: "/src/engine/start_worker_inline.ts" }] : [] },
    plugins: [contentPolicy(single), tour(), single ? viteSingleFile({ outputFileName: "thinnet-lab.html" }) : offline()],
    worker: { format: single ? "iife" : "es" },
  };
});
