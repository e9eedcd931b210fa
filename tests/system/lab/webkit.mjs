// WebKitGTK's own MiniBrowser by WebDriver, as Debian has it: on a screen that nobody sees, and with no more of the protocol
// than the tests use. https://www.w3.org/TR/webdriver2/
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { backstop } from "../browser.mjs";

const machine = process.arch === "x64" ? "x86_64" : "aarch64";
const miniBrowser = process.env.MINIBROWSER ?? `/usr/lib/${machine}-linux-gnu/webkit2gtk-4.1/MiniBrowser`;
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Starts a program, which ends with the tests; throws when there is none. */
async function start(program, options, settings) {
  const child = spawn(program, options, settings);
  await once(child, "spawn");
  return child;
}

/** Of an X server without a screen, on the first display that is free; it says which on its descriptor 3. */
async function openDisplay() {
  const server = await start("Xvfb", ["-displayfd", "3", "-screen", "0", "1440x900x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const [number] = await once(server.stdio[3], "data");
  return { server, display: `:${String(number).trim()}` };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** One window of the browser: goto(url), evaluate(function, argument), click(selector) and close(). */
export async function openWebKit() {
  const { server, display } = await openDisplay();
  const port = await freePort();
  // The driver hands its surroundings on to the browser.
  const driver = await start("WebKitWebDriver", [`--port=${port}`], { env: { ...process.env, DISPLAY: display, GDK_BACKEND: "x11" }, stdio: "ignore" });
  const end = () => {
    driver.kill();
    server.kill();
  };

  const send = async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(body ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {}) });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`WebKitWebDriver, ${path}: ${value.error}, ${value.message}`);
    return value;
  };
  const listens = async () => {
    const deadline = Date.now() + backstop;
    for (;;) {
      try {
        return await send("GET", "/status");
      } catch (error) {
        if (driver.exitCode !== null || Date.now() > deadline) throw error;
        await pause(20);
      }
    }
  };
  try {
    await listens();
    const { sessionId, capabilities } = await send("POST", "/session", { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": { binary: miniBrowser, args: ["--automation"] } } } });
    const session = `/session/${sessionId}`;
    await send("POST", `${session}/timeouts`, { script: backstop, pageLoad: backstop, implicit: 0 });
    return {
      version: capabilities.browserVersion,
      goto: (url) => send("POST", `${session}/url`, { url }),
      /** Waits for a promise, and throws what the function throws. */
      async evaluate(body, argument = null) {
        const script = `const done = arguments[1]; Promise.resolve(arguments[0]).then(${body}).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
        const { value, error } = await send("POST", `${session}/execute/async`, { script, args: [argument] });
        if (error !== undefined) throw new Error(error);
        return value;
      },
      async click(selector) {
        const element = await send("POST", `${session}/element`, { using: "css selector", value: selector });
        await send("POST", `${session}/element/${Object.values(element)[0]}/click`, {});
      },
      async close() {
        await send("DELETE", session);
        end();
      },
    };
  } catch (error) {
    end();
    throw error;
  }
}
