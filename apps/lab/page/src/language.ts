// WebKitGTK under the C locale calls its language "C", which is none, and uPlot would not load.
try {
  new Intl.Locale(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en" });
}
export {};
