// What the tests of both pages share: how Chromium is started, and how a test waits.

/**
 * Milliseconds that one wait may take. No verdict hangs on it: a busy machine is far from it, and
 * only a page that never comes to what is waited for gets there.
 */
export const backstop = 300_000;

/**
 * A drawing made by a software GL would cost more than all else that the pages do: without a GPU
 * Chromium draws them itself.
 */
export const launchOptions = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--disable-gpu",
    "--disable-software-rasterizer",
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ],
  timeout: backstop,
};

/** Waits until `predicate` holds in the page; `what` is that state in words. Its value comes back. */
export async function until(page, what, predicate, argument) {
  try {
    const handle = await page.waitForFunction(predicate, argument, { timeout: backstop });
    return await handle.jsonValue();
  } catch (error) {
    if (error.name !== "TimeoutError") throw error;
    const minutes = backstop / 60_000;
    const problem = `waited ${minutes} minutes in vain (the backstop) until ${what}`;
    throw new Error(problem, { cause: error });
  }
}

/**
 * The same by asking once a frame, of a page that need not be Playwright's. What is asked may be a
 * promise.
 */
export async function untilAsked(page, what, question, argument) {
  const deadline = Date.now() + backstop;
  while (!(await page.evaluate(question, argument))) {
    if (Date.now() > deadline) throw new Error(`waited in vain (the backstop) until ${what}`);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(null))));
  }
}

/** For every renderer of the browser, by its process id: the seconds of CPU time that it has taken. */
export async function rendererTimes(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === "renderer");
  return new Map(renderers.map(({ id, cpuTime }) => [id, cpuTime]));
}

/** The seconds of CPU time of that renderer which has worked most in between. */
export const mostWork = (before, after) =>
  Math.max(...[...after].map(([id, seconds]) => seconds - (before.get(id) ?? 0)));
