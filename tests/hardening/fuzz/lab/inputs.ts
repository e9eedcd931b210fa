// Inputs that come close to what the parsers take, for blind ones would hardly ever get past their first line.
import fc from "fast-check";

/** Numbers as people and programs write them, and what only looks like one. */
const numberText = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -3, max: 120 }).map(String) },
  { weight: 6, arbitrary: fc.double({ min: -1.2, max: 1.2, noNaN: true }).map(String) },
  { weight: 2, arbitrary: fc.double().map(String) },
  { weight: 1, arbitrary: fc.float().map((value) => String(value).replace(".", ",")) },
  {
    weight: 2,
    arbitrary: fc.constantFrom("", " ", "-0", "1e308", "-1e308", "1e999", "0x1f", "1e-400", "4294967296", "Infinity", "NaN", "\u22121", "\"2\"", "1_000"),
  },
);
const anything = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: "binary", maxLength: 6 }));

/** A text with some of its characters taken away, doubled or replaced, as a mail programme or a hand would. */
const damaged = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: text },
    {
      weight: 1,
      arbitrary: fc
        .tuple(text, fc.array(fc.tuple(fc.nat(), fc.nat(8), anything), { minLength: 1, maxLength: 3 }))
        .map(([whole, changes]) =>
          changes.reduce((now, [at, gone, put]) => {
            const from = now.length === 0 ? 0 : at % now.length;
            return now.slice(0, from) + put + now.slice(from + gone);
          }, whole),
        ),
    },
  );

const className = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("0", "1", "2", "a", "b", "class 3", "10", "1e1", "-1", "__proto__") },
  { weight: 1, arbitrary: anything },
);
const csvLine = (separator: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.tuple(numberText, numberText, className).map((fields) => fields.join(separator)) },
    { weight: 1, arbitrary: fc.array(fc.oneof(numberText, anything), { maxLength: 5 }).map((fields) => fields.join(separator)) },
    { weight: 1, arbitrary: fc.constantFrom("", "  ", "# a remark", "x" + separator + "y" + separator + "class") },
  );
/** Lines of good numbers, so that many of the files are taken. */
const goodLine = (separator: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.double({ min: -2, max: 2, noNaN: true }), fc.constantFrom("0", "1", "2", "10", "a"))
    .map((fields) => fields.join(separator));

export const csvText: fc.Arbitrary<string> = damaged(
  fc
    .tuple(fc.constantFrom(",", ";", "\t", ", "), fc.constantFrom("\n", "\r\n", "\r"), fc.constantFrom("", "\uFEFF", "x,y,class\n", "x;y;class\n"), fc.boolean())
    .chain(([separator, newline, head, good]) =>
      fc.array(good ? goodLine(separator) : csvLine(separator), { maxLength: 8 }).map((lines) => head + lines.join(newline)),
    ),
);

const layers = fc
  .array(fc.tuple(numberText, fc.oneof(fc.constant(null), numberText)), { maxLength: 6 })
  .map((parts) => parts.map(([width, keepProb]) => (keepProb === null ? width : `${width}*${keepProb}`)).join("-"));
const points = fc.array(fc.tuple(numberText, numberText, fc.constantFrom("0", "1", "2", "4", "5", "-1")), { maxLength: 5 }).map((rows) => rows.join(";"));
const changes = fc
  .array(fc.tuple(fc.oneof(fc.nat(100).map(String), numberText), numberText, fc.oneof(layers, fc.constantFrom("none", "0.5", "0.5-0.8"))), { maxLength: 3 })
  .map((rows) => rows.map((row) => row.join(",")).join(";"));

/** Doubles as the page itself writes them, checksum and all. */
const weights = fc.array(fc.double(), { maxLength: 4 }).map((values) => {
  const bytes = new Uint8Array(4 + 8 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setFloat64(4 + 8 * index, value, true));
  const sum = bytes.subarray(4).reduce((now, byte) => Math.imul(now ^ byte, 0x01000193), 0x811c9dc5);
  view.setUint32(0, sum >>> 0, true);
  return Buffer.from(bytes).toString("base64url");
});
const field = (names: string[], value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...names), value).map(([name, text]) => `${name}=${text}`);

export const permalinkText: fc.Arbitrary<string> = damaged(
  fc
    .array(
      fc.oneof(
        field(["points", "noise", "validation", "classes", "rate", "momentum", "decay", "batch", "seed", "speed", "follow", "at", "step"], numberText),
        field(["data"], fc.constantFrom("moons", "circles", "xor", "spiral", "blobs", "own", "Own", "")),
        field(["optimizer"], fc.constantFrom("sgd", "momentum", "adam", "toString")),
        field(["view", "side", "mode", "follow", "digits", "edited"], fc.constantFrom("train", "backprop", "plain", "dropout", "test", "batch", "all", "yes")),
        field(["v"], fc.constantFrom("1", "2", "2", "3", "x")),
        field(["names"], fc.array(fc.oneof(fc.constantFrom("a", "b", "%2C", "%"), anything), { maxLength: 6 }).map((names) => names.join(","))),
        field(["at"], fc.constantFrom("relu1-forward", "loss-backward", "dropout2-backward", "loss", "mask1-forward")),
        field(["hidden"], fc.oneof(layers, fc.constant("none"))),
        field(["own"], points),
        field(["then"], changes),
        field(["weights"], weights),
        field(["weights", "own", "hidden", "data", "__proto__"], anything),
      ),
      { maxLength: 12 },
    )
    .map((fields) => `#${fields.join("&")}`),
);
