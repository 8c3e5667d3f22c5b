// Looks for violations of accessibility rules, by axe: `node accessibility.mjs CHROMIUM FOLDER AXE`, where AXE is the
// script `axe.min.js` of the npm package axe-core.

import { readFileSync } from "node:fs";
import { Checks, withBrowser } from "./chromium.mjs";

const [program, folder, script] = process.argv.slice(2);
const axe = readFileSync(script, "utf8");
const checks = new Checks();
// Every kind of page, and each language, at least once in each theme; narrow where the layout is another one.
const looks = [
  ["light", 1440, ["index.html", "model/index.html", "types.html", "errors.html", "model/train.html#rust", "debug/event-stdout.html#frame"]],
  ["dark", 1440, ["frames.html", "changes.html", "model/train.html#typescript", "types/DecthingsParameterProvider.html#python"]],
  ["light", 390, ["model/train.html#frame", "frames.html"]],
  ["dark", 390, ["model/train.html#python", "index.html"]],
];

async function look(browser, what) {
  await browser.run(`${axe};0`);
  const violations = await browser.run(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map((it) =>
    [it.impact, it.id, it.nodes[0].html.slice(0, 120), it.nodes[0].failureSummary]))`);
  const serious = violations.filter(([impact]) => impact === "serious" || impact === "critical");
  checks.check(`${what} has serious violations`, serious.length === 0, serious);
}

try {
  await withBrowser(program, folder, 400, async (browser) => {
    for (const [theme, width, pages] of looks) {
      await browser.media(theme);
      await browser.size(width, 900);
      for (const page of pages) {
        await browser.open(page);
        await look(browser, `${page}, ${theme}, ${width} pixels wide`);
      }
    }
    await browser.open("index.html");
    await browser.run(`(() => { const box = document.getElementById("search-input"); box.focus(); box.value = "train";
      box.dispatchEvent(new Event("input")); })()`);
    await browser.run("new Promise((done) => { const look = () => document.querySelector('#search-results a') ? done() : setTimeout(look, 20); look(); })");
    await look(browser, "open search");
  });
} catch (error) {
  checks.check(String(error), false);
}
checks.report();
