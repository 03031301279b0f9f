/*
SPDX-FileCopyrightText: The Umbel contributors
SPDX-License-Identifier: Apache-2.0
Sorting and filtering. Without it every row can still be read; nothing else depends on it.
*/
"use strict";
(() => {
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const make = (name, properties) => Object.assign(document.createElement(name), properties);

  const valueOf = (cell, kind) => {
    if (!cell || cell.classList.contains("unknown")) return null;
    const text = cell.dataset.order ?? cell.textContent;
    if (kind !== "number") return text;
    const number = Number.parseFloat(text.replaceAll(",", ""));
    return Number.isNaN(number) ? null : number;
  };

  // What nobody knows stands last, whichever way the rest is sorted.
  const compare = (left, right, sign) => {
    if (left === null || right === null) return (left === null) - (right === null);
    return sign * (typeof left === "number" ? left - right : collator.compare(left, right));
  };

  const sortBy = (table, position) => {
    const heads = [...table.tHead.rows[0].cells];
    const head = heads[position];
    const kind = head.dataset.kind;
    const now = head.getAttribute("aria-sort");
    const first = kind === "number" ? "descending" : "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    const next = now === first ? other : first;
    for (const each of heads) each.setAttribute("aria-sort", each === head ? next : "none");
    const sign = next === "ascending" ? 1 : -1;
    const body = table.tBodies[0];
    const keyed = [...body.rows].map((row) => [valueOf(row.cells[position], kind), row]);
    keyed.sort((a, b) => compare(a[0], b[0], sign));
    body.append(...keyed.map((pair) => pair[1]));
  };

  const filter = (table, words, output) => {
    const rows = table.tBodies[0].rows;
    let shown = 0;
    for (const row of rows) {
      row.searched ??= row.textContent.toLowerCase();
      row.hidden = !words.every((word) => row.searched.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    const all = rows.length.toLocaleString("en");
    const noun = rows.length === 1 ? "row" : "rows";
    output.textContent = words.length ? `${shown.toLocaleString("en")} of ${all} ${noun}` : `${all} ${noun}`;
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((head, position) => {
      const button = make("button", { type: "button", className: "sort" });
      button.append(...head.childNodes);
      button.addEventListener("click", () => sortBy(table, position));
      head.append(button);
      head.setAttribute("aria-sort", "none");
    });
    const label = make("label", { textContent: "Filter " });
    const input = make("input", { type: "search", autocomplete: "off", spellcheck: false });
    const output = make("output", {});
    label.append(make("span", { textContent: table.dataset.name, className: "aside" }), input);
    const tools = make("div", { className: "tools" });
    tools.append(label, output);
    table.parentElement.before(tools);
    const run = () => filter(table, input.value.toLowerCase().split(/\s+/).filter(Boolean), output);
    let waiting = 0;
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(run, table.tBodies[0].rows.length > 500 ? 120 : 0);
    });
    run();
  }
})();
