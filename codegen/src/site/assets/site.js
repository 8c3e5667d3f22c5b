"use strict";

// Works from disk: no request, no module. What needs the page waits for it; the language is chosen before it is drawn.
(() => {
  const root = document.documentElement;
  const ids = ["rust", "typescript", "python", "frame"];
  // Some browsers refuse storage to pages from disk.
  const stored = (store, name) => { try { return window[store].getItem(name); } catch { return null; } };
  const store = (store, name, value) => { try { window[store].setItem(name, value); } catch { /* Then it is not remembered. */ } };
  root.classList.add("scripted");

  // Languages: one is shown, which is remembered; an address that names one wins.
  function show(id, remember) {
    if (!ids.includes(id)) return false;
    root.dataset.view = id;
    document.querySelectorAll(".switch a").forEach((link) => {
      if (link.dataset.view === id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    if (remember) store("localStorage", "view", id);
    return true;
  }
  const asked = () => decodeURIComponent(location.hash.slice(1));
  show(asked(), true) || show(asked().split("-")[0], true) || show(stored("localStorage", "view"), false) || show(ids[0], false);

  // The place that an address names: a language, a heading of one, or a field of the shown declarations.
  function go() {
    const id = asked();
    if (show(id, true)) return;
    if (show(id.split("-")[0], true)) document.getElementById(id)?.scrollIntoView();
    if (!id.startsWith("field-")) return;
    document.querySelectorAll(".found").forEach((field) => field.classList.remove("found"));
    const fields = [...document.querySelectorAll(`[data-field="${CSS.escape(id.slice(6))}"]`)];
    const field = fields.find((it) => it.offsetParent) ?? fields.find((it) => it.closest(".view")?.offsetParent);
    if (!field) return;
    const details = field.closest("details");
    if (details) details.open = true;
    field.classList.add("found");
    field.scrollIntoView({ block: "center" });
  }

  function addCopyButtons() {
    for (const block of document.querySelectorAll("main pre")) {
      const button = document.createElement("button");
      button.className = "copy";
      button.type = "button";
      button.textContent = "Copy";
      button.setAttribute("aria-label", "Copy this code");
      button.addEventListener("click", async () => {
        const text = block.querySelector("code").textContent;
        const copied = await navigator.clipboard.writeText(text).then(() => true, () => false);
        button.textContent = copied ? "Copied" : "Not allowed here";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
      block.append(button);
    }
  }

  // The menu opens where it was left, with the current page in sight.
  function restoreMenu(menu) {
    const services = [...menu.querySelectorAll("details")];
    const open = (stored("sessionStorage", "open") ?? "").split(",");
    services.forEach((service, index) => { if (open.includes(String(index))) service.open = true; });
    menu.scrollTop = Number(stored("sessionStorage", "scroll") ?? 0);
    const [current, frame] = [menu.querySelector("[aria-current]"), menu.getBoundingClientRect()];
    const place = current?.getBoundingClientRect();
    if (place && (place.top < frame.top || place.bottom > frame.bottom)) {
      menu.scrollTop += place.top - frame.top - frame.height / 3;
    }
    addEventListener("pagehide", () => {
      store("sessionStorage", "scroll", menu.scrollTop);
      store("sessionStorage", "open", services.flatMap((service, index) => (service.open ? [index] : [])).join());
    });
  }

  addEventListener("DOMContentLoaded", () => {
    show(root.dataset.view, false);
    document.querySelectorAll(".switch a").forEach((link) => link.addEventListener("click", (event) => {
      // The page stays where it is.
      event.preventDefault();
      history.replaceState(null, "", link.hash);
      show(link.dataset.view, true);
    }));
    restoreMenu(document.getElementById("site-menu"));
    const button = document.querySelector(".menu-button");
    button.addEventListener("click", (event) => {
      event.preventDefault();
      button.setAttribute("aria-expanded", String(root.classList.toggle("menu-open")));
      document.querySelector("#site-menu [aria-current]")?.scrollIntoView({ block: "center" });
    });
    addCopyButtons();
    go();
    addEventListener("hashchange", go);
  });
})();
