import { defineConfig } from "vite";

export default defineConfig({
  base: "./", // the built page opens from any folder of any web server
  build: {
    outDir: "../../../build/lab",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
});
