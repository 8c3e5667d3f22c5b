// A headless Chromium that opens pages from disk. It is controlled through two pipes, so no port is opened.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Runs `main` with a browser and the folder of the pages, at most `seconds`; then the browser is gone. */
export async function withBrowser(program, folder, seconds, main) {
  const profile = mkdtempSync(join(tmpdir(), "reference-"));
  const flags = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--remote-debugging-pipe", `--user-data-dir=${profile}`,
  ];
  const child = spawn(program, [...flags, "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const ended = new Promise((done) => child.once("exit", done));
  const limit = setTimeout(() => { console.error(`failed: took more than ${seconds} s`); child.kill("SIGKILL"); }, seconds * 1000);
  try {
    await main(await Browser.start(child, ended, folder));
  } finally {
    clearTimeout(limit);
    child.kill("SIGKILL");
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

class Browser {
  /** What the console complained of, and the addresses that were requested. */
  complaints = [];
  requests = [];
  #waiting = new Map();
  #listeners = new Set();
  #count = 0;
  #child;
  #folder;
  #session;

  static async start(child, ended, folder) {
    const browser = new Browser();
    browser.#child = child;
    browser.#folder = folder;
    browser.#listen(ended);
    const { targetId } = await browser.#send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await browser.#send("Target.attachToTarget", { targetId, flatten: true });
    browser.#session = sessionId;
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await browser.ask(`${domain}.enable`);
    return browser;
  }

  #listen(ended) {
    let unread = "";
    this.#child.stdio[4].setEncoding("utf8").on("data", (text) => {
      const messages = (unread + text).split("\0");
      unread = messages.pop();
      for (const message of messages.map((it) => JSON.parse(it))) {
        if (message.id) this.#waiting.get(message.id)(message);
        else this.#listeners.forEach((listener) => listener(message));
      }
    });
    this.#child.stdio[3].on("error", () => {});
    // A browser that has exited responds to nothing.
    ended.then(() => this.#waiting.forEach((answer) => answer({ error: { message: "the browser exited" } })));
    this.#listeners.add(({ method, params }) => {
      if (method === "Runtime.exceptionThrown") this.complaints.push(params.exceptionDetails.text);
      if (method === "Runtime.consoleAPICalled" && params.type === "error") this.complaints.push(JSON.stringify(params.args));
      if (method === "Log.entryAdded" && params.entry.level === "error") this.complaints.push(params.entry.text);
      if (method === "Network.requestWillBeSent") this.requests.push(params.request.url);
    });
  }

  async #send(method, params = {}, sessionId = undefined) {
    const id = ++this.#count;
    this.#child.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
    const answer = await new Promise((done) => this.#waiting.set(id, done));
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result;
  }

  /** Sends a command of the DevTools protocol. */
  ask(method, params) {
    return this.#send(method, params, this.#session);
  }

  /** Does what loads a page, and waits until it has loaded. */
  async loading(act) {
    let listener;
    const loaded = new Promise((done) => { listener = ({ method }) => { if (method === "Page.loadEventFired") done(); }; });
    this.#listeners.add(listener);
    await act();
    await loaded;
    this.#listeners.delete(listener);
  }

  /** Opens a page, through an empty one: a new fragment alone would load nothing. */
  async open(page) {
    await this.loading(() => this.ask("Page.navigate", { url: "about:blank" }));
    await this.loading(() => this.ask("Page.navigate", { url: pathToFileURL(resolve(this.#folder)).href + "/" + page }));
  }

  /** The value of an expression, or of what it promises. */
  async run(expression) {
    const parameters = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = await this.ask("Runtime.evaluate", parameters);
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  }

  /** Presses a key. */
  async press(key) {
    const text = key === "Enter" ? "\r" : key.length === 1 ? key : undefined;
    await this.ask("Input.dispatchKeyEvent", { type: "keyDown", key, code: key, text, windowsVirtualKeyCode: key === "Enter" ? 13 : 0 });
    await this.ask("Input.dispatchKeyEvent", { type: "keyUp", key, code: key });
  }

  async size(width, height) {
    await this.ask("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
  }

  /** Chooses a theme, `light` or `dark`, and a medium. */
  async media(theme, media = "screen") {
    await this.ask("Emulation.setEmulatedMedia", { media, features: [{ name: "prefers-color-scheme", value: theme }] });
  }
}

/** Collects what does not hold. */
export class Checks {
  failures = [];

  check(what, holds, seen = "") {
    if (!holds) this.failures.push(`${what}${seen === "" ? "" : `; seen: ${JSON.stringify(seen)}`}`);
  }

  /** Prints the failures, which the exit code tells of. */
  report() {
    this.failures.forEach((failure) => console.error(`failed: ${failure}`));
    if (this.failures.length) process.exitCode = 1;
  }
}
