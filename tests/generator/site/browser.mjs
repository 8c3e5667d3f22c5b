// Opens the reference in a headless Chromium, from disk: `node browser.mjs CHROMIUM FOLDER`.

import { Checks, withBrowser } from "./chromium.mjs";

const [program, folder] = process.argv.slice(2);
const checks = new Checks();
const check = checks.check.bind(checks);

const shown = (browser) =>
  browser.run("[...document.querySelectorAll('.view')].filter((it) => it.offsetHeight).map((it) => it.id).join()");

async function languages(browser) {
  await browser.open("model/train.html");
  check("Rust is shown first", (await shown(browser)) === "rust", await shown(browser));
  for (const view of ["typescript", "python", "frame", "rust", "python"]) {
    await browser.run(`document.querySelector('.switch a[href="#${view}"]').click()`);
    check(`a click shows ${view}`, (await shown(browser)) === view, await shown(browser));
  }
  await browser.open("debug/event-stdout.html");
  check("the language is remembered for events", (await shown(browser)) === "python", await shown(browser));
  await browser.open("model/train.html#typescript");
  check("a link to a language shows it", (await shown(browser)) === "typescript", await shown(browser));
  check("it shows the page from its top", (await browser.run("scrollY")) === 0);
  const text = await browser.run("document.querySelector('main').innerText");
  check("the view shows the call", text.includes("client.model.train("));
  await browser.run("document.querySelector('#typescript details summary').click()");
  check("a type opens in place", await browser.run("document.querySelector('#typescript details pre').offsetHeight > 0"));
  await browser.open("model/train.html#python-response");
  check("a link to a heading shows its language", (await shown(browser)) === "python", await shown(browser));
  const top = await browser.run("document.getElementById('python-response').getBoundingClientRect().top");
  check("it is in sight", top > 0 && top < 400, top);
}

async function layout(browser) {
  await browser.size(1600, 900);
  await browser.open("model/train.html#rust");
  const [main, side] = await browser.run(
    "[...document.querySelectorAll('#rust .main, #rust .side')].map((it) => it.getBoundingClientRect().toJSON())",
  );
  check("the example stands beside the parameters", side.left >= main.right && side.top === main.top, [main, side]);
  await browser.run("document.getElementById('rust-errors').scrollIntoView()");
  const example = await browser.run("document.getElementById('rust-example').getBoundingClientRect().top");
  check("it stays in sight", example >= 0 && example < 900, example);
  await browser.run("document.querySelector('#rust pre .copy').click()");
  check("code has a button to copy it", await browser.run("document.querySelectorAll('main pre').length === document.querySelectorAll('main pre .copy').length"));
  await browser.size(390, 800);
  for (const page of [
    "index.html", "model/index.html", "types.html", "errors.html", "frames.html", "changes.html", "model/train.html#frame",
    "model/train.html#rust", "debug/event-stdout.html#frame", "model/getUsedPersistentLaunchersForEvaluate.html#rust",
    "types/DecthingsParameterProvider.html#typescript",
  ]) {
    await browser.open(page);
    const width = await browser.run("document.documentElement.scrollWidth");
    check(`${page} fits a phone`, width <= 390, width);
  }
  check("the menu is closed on a phone", await browser.run("!document.getElementById('site-menu').offsetHeight"));
  await browser.run("document.querySelector('.menu-button').click()");
  check("its button opens it", await browser.run("document.getElementById('site-menu').offsetHeight > 100"));
  await browser.size(1600, 900);
}

async function menu(browser) {
  await browser.size(1600, 500);
  await browser.open("model/train.html");
  const inSight = "(() => { const [it, menu] = ['#site-menu [aria-current]', '#site-menu'].map((it) => document.querySelector(it).getBoundingClientRect());" +
    " return it.top >= menu.top && it.bottom <= menu.bottom; })()";
  check("the current page is in sight", await browser.run(inSight));
  await browser.run("document.querySelectorAll('#site-menu details')[0].open = true; document.getElementById('site-menu').scrollTop += 40");
  const before = await browser.run("document.getElementById('site-menu').scrollTop");
  await browser.loading(() => browser.run("document.querySelector('.pager [rel=next]').click()"));
  const after = await browser.run("document.getElementById('site-menu').scrollTop");
  check("the menu stays where it was", Math.abs(before - after) <= 1, [before, after]);
  check("what was open stays open", await browser.run("document.querySelectorAll('#site-menu details')[0].open"));
  await browser.size(1600, 900);
}

async function search(browser) {
  const found = async (words) => {
    await browser.run(`(() => { const box = document.getElementById("search-input"); box.focus(); box.value = ${JSON.stringify(words)};
      box.dispatchEvent(new Event("input")); })()`);
    const isDone = "new Promise((done) => { const look = () => document.getElementById('search-status').textContent ? done() : setTimeout(look, 20); look(); })";
    await browser.run(isDone);
    return browser.run("[...document.querySelectorAll('#search-results a')].map((it) => it.getAttribute('href'))");
  };
  for (const [words, first] of [
    ["train", "model/train.html"],
    ["model.train", "model/train.html"],
    ["model.get_training_status", "model/getTrainingStatus.html"],
    ["ParameterProvider", "types/DecthingsParameterProvider.html"],
    ["model_not_found", "errors.html#model_not_found"],
    ["stdout", "debug/event-stdout.html"],
    ["big-endian", "frames.html"],
    ["memoryMebibytes", "types/LauncherSpec.html#field-memorymebibytes"],
    ["trainingsession", "model/cancelTrainingSession.html"],
  ]) {
    await browser.open("index.html");
    const results = await found(words);
    const place = first.startsWith("model/cancel") ? 5 : 1;
    check(`a search for ${words} finds ${first}`, results.slice(0, place).includes(first), results.slice(0, 5));
  }
  check("a search for prose finds its method", (await found("continues in the background")).includes("model/train.html"));
  check("a search for nonsense finds nothing", (await found("xyzzyx")).length === 0);
  check("and says so", await browser.run("document.getElementById('search-status').offsetHeight > 10"));

  await browser.open("index.html");
  await browser.press("/");
  check("a key goes to the search", await browser.run("document.activeElement.id === 'search-input'"));
  const results = await found("train");
  await browser.press("ArrowDown");
  await browser.press("ArrowDown");
  await browser.press("ArrowUp");
  const selected = await browser.run("document.querySelector('#search-results [aria-selected=true]').getAttribute('href')");
  check("arrow keys select", selected === results[1], [selected, results]);
  await browser.loading(() => browser.press("Enter"));
  check("Enter opens what is selected", (await browser.run("location.href")).endsWith(results[1]));

  await browser.open("types/LauncherSpec.html#field-memorymebibytes");
  check("a link to a field shows it", await browser.run("document.querySelector('.field.found').offsetHeight > 0"));
}

async function themesAndMedia(browser) {
  const back = () => browser.run("getComputedStyle(document.body).backgroundColor");
  const themes = [];
  for (const theme of ["light", "dark"]) {
    await browser.media(theme);
    themes.push(await back());
  }
  check("dark and light differ", themes[0] !== themes[1], themes);

  await browser.open("model/train.html#typescript");
  await browser.media("light", "print");
  const visible = (what) => browser.run(`[...document.querySelectorAll('${what}')].some((it) => it.offsetHeight)`);
  for (const what of ["header", "#site-menu", ".switch", ".pager", ".copy"]) check(`${what} is not printed`, !(await visible(what)));
  for (const what of ["#typescript-label", "#typescript details pre", "h1"]) check(`${what} is printed`, await visible(what));
  check("one language is printed", (await shown(browser)) === "typescript");
  await browser.media("light");

  await browser.ask("Emulation.setScriptExecutionDisabled", { value: true });
  await browser.open("model/train.html");
  check("without scripts all languages are there", (await shown(browser)) === "rust,typescript,python,frame", await shown(browser));
  check("and have labels", (await browser.run("[...document.querySelectorAll('.label')].filter((it) => it.offsetHeight > 10).length")) === 4);
  check("and the menu is there", await visible("#site-menu a"));
  await browser.ask("Emulation.setScriptExecutionDisabled", { value: false });
}

try {
  await withBrowser(program, folder, 150, async (browser) => {
    for (const part of [languages, layout, menu, search, themesAndMedia]) await part(browser);
    const outside = browser.requests.filter((url) => !/^(file|data|about):/.test(url));
    check("something was requested at all", browser.requests.length > 10, browser.requests.length);
    check("nothing is requested from outside", outside.length === 0, outside);
    check("the console is quiet", browser.complaints.length === 0, browser.complaints);
  });
} catch (error) {
  check(String(error), false);
}
checks.report();
