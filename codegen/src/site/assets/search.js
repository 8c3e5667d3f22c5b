"use strict";

// Search, by MiniSearch. Its index is a script, so that it works from disk; both are loaded when they are first needed.
(() => {
  const root = document.documentElement.dataset.root;
  const [input, list, found] = ["search-input", "search-results", "search-status"].map((id) => document.getElementById(id));
  const MOST = 30;
  // What is asked for by its name is found first, and of two such things the one that is more than a part of another.
  const KINDS = ["service", "method", "event", "type", "error", "page", "parameter", "result", "member", "value", "alternative"];
  let loading = null;
  let results = [];
  let selected = 0;

  const compact = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

  // A name is found by each of its words, and by all words from one to the last: in any language's spelling.
  function nameTokens(name) {
    const words = name.split(/[^\p{L}\p{N}]+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u).filter(Boolean).map((word) => word.toLowerCase());
    return [...new Set(words.concat(words.map((_, index) => words.slice(index).join(""))))];
  }

  function load(file) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = `${root}assets/${file}`;
      script.onload = done;
      script.onerror = () => failed(new Error(`${file} cannot be loaded`));
      document.head.append(script);
    });
  }

  async function makeIndex() {
    await Promise.all([load("minisearch.js"), load("search-index.js")]);
    const index = new MiniSearch({
      fields: ["name", "owner", "text"],
      storeFields: ["kind", "name", "owner", "path", "text"],
      tokenize: (text, field) => (field === "text" ? text.split(/[^\p{L}\p{N}_]+/u) : nameTokens(text)),
      processTerm: (term) => compact(term) || null,
      searchOptions: {
        boost: { name: 6, owner: 2 }, prefix: true, combineWith: "AND", fuzzy: (term) => (term.length > 4 ? 0.15 : false),
        tokenize: (text) => text.split(/[\s./,:()[\]{}-]+/),
      },
    });
    index.addAll(window.searchIndex.map(([kind, name, owner, path, text], id) => ({ id, kind, name, owner, path, text })));
    return index;
  }

  function rank(entry, words) {
    const [name, asked] = [compact(entry.name), compact(words)];
    const isNamed = name === asked || compact(entry.owner + entry.name) === asked || (entry.kind === "type" && name.endsWith(asked));
    return isNamed ? (name === asked || entry.kind !== "type" ? 2 : 1) : 0;
  }

  async function search() {
    loading ??= makeIndex();
    const index = await loading;
    const words = input.value.trim();
    const ranked = index.search(words).map((entry) => [rank(entry, words), KINDS.indexOf(entry.kind), entry]);
    ranked.sort((one, other) => other[0] - one[0] || (one[0] ? one[1] - other[1] : 0) || other[2].score - one[2].score);
    results = ranked.slice(0, MOST).map(([, , entry]) => entry);
    list.replaceChildren(...results.map(option));
    list.hidden = !results.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    found.textContent = words ? (results.length ? `${ranked.length} found` : "Nothing found.") : "";
    found.classList.toggle("shown", words !== "" && !results.length);
    select(0);
  }

  function option(entry, position) {
    const [link, kind, name, text] = ["a", "span", "span", "small"].map((tag) => document.createElement(tag));
    link.id = `result-${position}`;
    link.setAttribute("role", "option");
    link.tabIndex = -1;
    link.href = root + entry.path;
    link.addEventListener("click", close);
    kind.className = "kind";
    kind.textContent = entry.kind;
    name.textContent = entry.owner ? `${entry.owner} / ${entry.name}` : entry.name;
    text.textContent = entry.text;
    link.append(kind, name, text);
    return link;
  }

  function select(position) {
    selected = Math.max(0, Math.min(position, results.length - 1));
    [...list.children].forEach((link, index) => link.setAttribute("aria-selected", String(index === selected)));
    const link = list.children[selected];
    if (results.length && link) {
      input.setAttribute("aria-activedescendant", link.id);
      link.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function close() {
    results = [];
    list.hidden = true;
    found.classList.remove("shown");
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  input.addEventListener("focus", () => { loading ??= makeIndex(); });
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      select(selected + (event.key === "ArrowDown" ? 1 : -1));
    }
    if (event.key === "Enter" && results.length) list.children[selected].click();
    if (event.key === "Escape") { input.value = ""; close(); }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".search")) close(); });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== input) { event.preventDefault(); input.focus(); }
  });
})();
