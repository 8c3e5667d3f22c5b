"use strict";

// Views: one is shown, which is remembered; an address that names one wins.
const views = [...document.querySelectorAll(".view")];

function remembered() {
  // Some browsers refuse storage to pages from disk.
  try { return localStorage.getItem("view"); } catch { return null; }
}

function show(id, remember) {
  if (!views.some((view) => view.id === id)) return false;
  document.documentElement.classList.add("switched");
  views.forEach((view) => view.classList.toggle("shown", view.id === id));
  document.querySelectorAll(".switch a").forEach((link) => {
    if (link.hash === "#" + id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
  if (remember) {
    try { localStorage.setItem("view", id); } catch { /* Then it is not remembered. */ }
  }
  return true;
}

if (views.length) {
  const asked = () => decodeURIComponent(location.hash.slice(1));
  show(asked(), true) || show(remembered(), false) || show(views[0].id, false);
  addEventListener("hashchange", () => show(asked(), true));
  document.querySelectorAll(".switch a").forEach((link) => link.addEventListener("click", (event) => {
    // The page stays where it is.
    event.preventDefault();
    history.replaceState(null, "", link.hash);
    show(link.hash.slice(1), true);
  }));
}

// Search: every word has to be found; names count before descriptions.
const input = document.getElementById("search");
const results = document.getElementById("results");
const root = document.documentElement.dataset.root;

function rank([name, , text], words) {
  const [low, last] = [name.toLowerCase(), name.toLowerCase().split(" / ").pop()];
  let sum = 0;
  for (const word of words) {
    if (last === word) sum += 8;
    else if (last.startsWith(word)) sum += 4;
    else if (low.includes(word)) sum += 2;
    else if (text.toLowerCase().includes(word)) sum += 1;
    else return 0;
  }
  return sum;
}

function search() {
  const words = input.value.toLowerCase().split(/[\s./]+/).filter(Boolean);
  const found = window.searchIndex
    .map((entry) => [rank(entry, words), entry])
    .filter(([points]) => words.length && points)
    .sort((one, other) => other[0] - one[0] || one[1][0].length - other[1][0].length)
    .slice(0, 20);
  results.replaceChildren(...found.map(([, [name, path, text]], position) => {
    const [item, link, small] = ["li", "a", "small"].map((tag) => document.createElement(tag));
    if (!position) item.className = "first";
    link.href = root + path;
    link.textContent = name;
    small.textContent = text;
    link.append(small);
    item.append(link);
    return item;
  }));
  if (words.length && !found.length) results.textContent = "Nothing found.";
  results.hidden = !words.length;
}

input.addEventListener("input", search);
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter") results.querySelector("a")?.click();
  if (event.key === "Escape") { input.value = ""; search(); }
});
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== input) { event.preventDefault(); input.focus(); }
});
