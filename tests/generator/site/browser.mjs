// Opens the reference in a headless Chromium, from disk: `node browser.mjs CHROMIUM FOLDER`.
// Talks to the browser through two pipes, so no port is opened.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [chromium, folder] = process.argv.slice(2);
const address = (page) => pathToFileURL(resolve(folder)).href + "/" + page;
const profile = mkdtempSync(join(tmpdir(), "reference-"));
const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];
const browser = spawn(
  chromium,
  [...flags, "--disable-background-networking", "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"],
  { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
);
const ended = new Promise((done) => browser.once("exit", done));
const limit = setTimeout(() => { console.error("took too long"); browser.kill("SIGKILL"); process.exitCode = 1; }, 90_000);

const waiting = new Map();
const listeners = new Set();
let count = 0;
let unread = "";
browser.stdio[4].setEncoding("utf8").on("data", (text) => {
  const messages = (unread + text).split("\0");
  unread = messages.pop();
  for (const message of messages.map((it) => JSON.parse(it))) {
    if (message.id) waiting.get(message.id)(message);
    else listeners.forEach((listener) => listener(message));
  }
});
browser.stdio[3].on("error", () => {});
// A browser that has exited responds to nothing.
ended.then(() => waiting.forEach((answer) => answer({ error: { message: "the browser ended" } })));

async function send(method, params = {}, sessionId = undefined) {
  const id = ++count;
  browser.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
  const answer = await new Promise((done) => waiting.set(id, done));
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
}

const failures = [];
const complaints = [];
const requests = [];

function check(what, holds, seen = "") {
  if (!holds) failures.push(`${what}${seen === "" ? "" : `; seen: ${JSON.stringify(seen)}`}`);
}

async function main() {
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const ask = (method, params) => send(method, params, sessionId);
  listeners.add(({ method, params }) => {
    if (method === "Runtime.exceptionThrown") complaints.push(params.exceptionDetails.text);
    if (method === "Runtime.consoleAPICalled" && params.type === "error") complaints.push(JSON.stringify(params.args));
    if (method === "Log.entryAdded" && params.entry.level === "error") complaints.push(params.entry.text);
    if (method === "Network.requestWillBeSent") requests.push(params.request.url);
  });
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await ask(`${domain}.enable`);
  // Another page than the open one: a new fragment alone loads nothing.
  const open = async (page) => {
    const loaded = new Promise((done) => listeners.add(({ method }) => method === "Page.loadEventFired" && done()));
    await ask("Page.navigate", { url: address(page) });
    await loaded;
  };
  const run = async (expression) => {
    const { result, exceptionDetails } = await ask("Runtime.evaluate", { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.text}`);
    return result.value;
  };
  const shown = () => run("[...document.querySelectorAll('.view')].filter((it) => it.offsetHeight).map((it) => it.id).join()");

  await open("model/train.html");
  check("Rust is shown first", (await shown()) === "rust", await shown());
  for (const view of ["typescript", "python", "frame", "rust", "python"]) {
    await run(`document.querySelector('.switch a[href="#${view}"]').click()`);
    check(`a click shows ${view}`, (await shown()) === view, await shown());
  }
  await open("model/evaluate.html");
  check("the view is remembered", (await shown()) === "python", await shown());
  await open("model/train.html#typescript");
  check("a deep link shows its view", (await shown()) === "typescript", await shown());
  const text = await run("document.querySelector('main').innerText");
  check("the view shows the call", text.includes("client.model.train("));
  await run("document.querySelector('.shown details summary').click()");
  check("a type opens in place", await run("document.querySelector('.shown details pre').offsetHeight > 0"));
  await open("index.html");
  const search = (words) =>
    run(`(() => { const box = document.getElementById("search"); box.value = ${JSON.stringify(words)};
      box.dispatchEvent(new Event("input"));
      return [...document.querySelectorAll("#results a")].map((it) => it.getAttribute("href")); })()`);
  for (const [words, first] of [
    ["train", "model/train.html"],
    ["model.train", "model/train.html"],
    ["ParameterProvider", "types/DecthingsParameterProvider.html"],
  ]) {
    const found = await search(words);
    check(`a search for ${words} finds ${first}`, found.slice(0, 3).includes(first), found);
  }
  check("a search for nonsense finds nothing", (await search("xyzzyx")).length === 0);
  const narrow = { width: 390, height: 800, deviceScaleFactor: 1, mobile: true };
  await ask("Emulation.setDeviceMetricsOverride", narrow);
  for (const page of ["index.html", "model/index.html", "types/index.html", "model/train.html#frame"]) {
    await open(page);
    const width = await run("document.documentElement.scrollWidth");
    check(`${page} fits a phone`, width <= narrow.width, width);
  }
  const back = () => run("getComputedStyle(document.body).backgroundColor");
  const themes = [];
  for (const value of ["light", "dark"]) {
    await ask("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value }] });
    themes.push(await back());
  }
  check("dark and light differ", themes[0] !== themes[1], themes);
  const outside = requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"));
  check("something was requested at all", requests.length > 10, requests.length);
  check("nothing is requested from outside", outside.length === 0, outside);
  check("the console is quiet", complaints.length === 0, complaints);
}

try {
  await main();
} catch (error) {
  failures.push(String(error));
} finally {
  clearTimeout(limit);
  browser.kill("SIGKILL");
  await ended;
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
failures.forEach((failure) => console.error(`failed: ${failure}`));
if (failures.length) process.exitCode = 1;
