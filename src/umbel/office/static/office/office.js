/*
SPDX-FileCopyrightText: The Umbel contributors
SPDX-License-Identifier: Apache-2.0
*/
"use strict";
// Shortcuts and comforts. Everything can be read and done without this file.
(() => {
  const by = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  document.documentElement.classList.add("scripted");

  const palette = by("#palette"), keys = by("#keys"), field = by("#palette-q"), found = by("#palette-found");
  const pages = all("#menu a").map((link) => ({ title: link.textContent.trim(), url: link.href, keys: link.dataset.keys }));

  function open(dialog) {
    if (!dialog || dialog.open) return;
    all("dialog[open]").forEach((other) => other.close());
    dialog.showModal();
  }

  if (palette) {
    document.addEventListener("click", (event) => {
      if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      open(palette);
    });
    field.addEventListener("input", () => {
      if (!field.value.trim()) found.replaceChildren();
    });
    palette.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { // a search field would only empty itself
        event.preventDefault();
        palette.close();
      }
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      const stops = [field, ...all("a", palette)];
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length];
      event.preventDefault();
      next.focus();
    });
    let chosen; // an answer that comes late mustn't take what somebody has moved to
    found.addEventListener("htmx:beforeSwap", () => {
      chosen = found.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    });
    found.addEventListener("htmx:afterSwap", () => {
      if (chosen) (all("a", found).find((each) => each.getAttribute("href") === chosen) ?? field).focus();
    });
    by("form", palette).addEventListener("submit", (event) => {
      if (!field.value.trim()) event.preventDefault();
    });
  }
  all("dialog").forEach((dialog) => dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  }));

  const jumps = Object.fromEntries(pages.filter((page) => page.keys).map((page) => [page.keys, page]));
  const keyList = by("#keys-pages");
  for (const [key, page] of Object.entries(jumps)) {
    const term = document.createElement("dt"), meaning = document.createElement("dd"), cap = document.createElement("kbd");
    cap.textContent = `g ${key}`;
    meaning.textContent = page.title;
    term.append(cap);
    keyList.append(term, meaning);
  }

  let going = 0;
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if ((event.ctrlKey || event.metaKey) && event.key === "k") {
      event.preventDefault();
      open(palette);
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || by("dialog[open]")) return;
    if (going && Date.now() - going < 1200) {
      going = 0;
      if (jumps[event.key]) location.assign(jumps[event.key].url);
      return;
    }
    if (event.key === "g") going = Date.now();
    else if (event.key === "/") { event.preventDefault(); open(palette); field?.focus(); }
    else if (event.key === "?") open(keys);
  });

  // A chart answers to the pointer when somebody asks for it: the library is large, and the drawing is there already.
  const colors = { "#e1e5de": "--track", "#2b6e50": "--bar", "#1b211d": "--ink", "#58615b": "--soft", "#ffffff": "--paper" };
  let library;
  function loaded() {
    library ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = document.body.dataset.charts;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
    return library;
  }
  function shade(name) {
    const probe = document.createElement("i");
    probe.className = `probe${name}`;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }
  const tip = document.createElement("p");
  tip.className = "chart-tip";
  tip.hidden = true;
  function tell(_, event, item, value) {
    tip.hidden = value === null || value === undefined || value === "";
    if (tip.hidden) return;
    const told = typeof value === "object" ? value : { "": value };
    const known = "label" in told && "said" in told ? [told.label, told.said] : Object.entries(told).map(([name, each]) => (name ? `${name}: ${each}` : each));
    tip.textContent = known.join(" · ");
    document.body.append(tip);
    tip.style.left = `${Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(event.clientY + 12, innerHeight - tip.offsetHeight - 8)}px`;
  }
  async function enliven(figure, button) {
    button.disabled = true;
    try {
      await loaded();
      let told = by("script", figure).textContent;
      for (const [color, name] of Object.entries(colors)) told = told.replaceAll(`"${color}"`, JSON.stringify(shade(name)));
      const place = document.createElement("div");
      const options = { ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: tell };
      const drawn = JSON.parse(told);
      drawn.config = { ...drawn.config, mark: { tooltip: { content: "data" }, ...drawn.config?.mark } };
      await window.umbelVega(place, drawn, options);
      by("svg", figure).replaceWith(place);
      button.remove();
    } catch {
      button.textContent = "It can't be drawn here";
    }
  }
  if (document.body.dataset.charts) {
    for (const figure of all("figure[data-chart]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain chart-more";
      button.textContent = "Read values at the pointer";
      button.addEventListener("click", () => enliven(figure, button));
      figure.append(button);
    }
  }

  // What a page waits for takes its place by itself, but never what somebody is writing, and what was open stays open.
  function written(field) {
    if (field.type === "hidden") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.type === "file") return field.files.length > 0;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    const options = [...field.options];
    return options.some((each) => each.defaultSelected) ? options.some((each) => each.selected !== each.defaultSelected) : field.selectedIndex > 0;
  }
  function busy() {
    return document.activeElement?.matches("main :is(input, textarea, select)") || all("main :is(input, textarea, select)").some(written);
  }
  const named = (details) => by("summary", details)?.textContent.trim();
  let unfolded = [];
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("[data-pending]") && busy()) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.tagName !== "MAIN") return;
    if (busy()) event.detail.shouldSwap = false;
    unfolded = all("main details[open]").map(named);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const each of all("main details")) if (unfolded.includes(named(each))) each.open = true;
  });

  // Nothing is sent twice by a hasty second press.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 5000);
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

  const themes = by("[data-theme-switch]");
  themes?.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = event.submitter?.value ?? "";
    if (chosen) document.documentElement.dataset.theme = chosen;
    else delete document.documentElement.dataset.theme;
    all("button[name=theme]", themes).forEach((each) => each.setAttribute("aria-pressed", String(each.value === chosen)));
    const told = new FormData(themes);
    told.set("theme", chosen);
    fetch(themes.action, { method: "POST", body: told, redirect: "manual" }).catch(() => {});
  });
})();
