/*
SPDX-FileCopyrightText: The Umbel contributors
SPDX-License-Identifier: Apache-2.0
*/
"use strict";
(() => {
  const form = document.querySelector("form");
  const button = document.querySelector("button");
  const said = document.querySelector("output");
  const value = (place, name) => (place.querySelector(`[data-key="${name}"]`)?.value ?? "").trim();
  const answer = (place) => {
    const found = { project: place.dataset.project, product: place.dataset.product };
    const without = place.querySelector("input[type=radio]:checked");
    if (without) found.without = without.value;
    for (const name of ["replacement", "reason"]) if (value(place, name)) found[name] = value(place, name);
    const areas = value(place, "areas").split(/[,\n]/).map((each) => each.trim()).filter(Boolean);
    if (areas.length) found.areas = areas;
    const figure = value(place, "dependency");
    if (figure) found.dependency = Number(figure);
    return found;
  };
  const complain = (field, words) => {
    field.setAttribute("aria-invalid", "true");
    said.textContent = words;
    field.focus();
  };
  button.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    const by = form.querySelector("#by");
    if (!by.value.trim()) return complain(by, "Please say who answers.");
    for (const place of form.querySelectorAll("[data-project]")) {
      const figure = place.querySelector('[data-key="dependency"]');
      if (figure.value && !figure.checkValidity()) return complain(figure, "The figure must lie between 1 and 10.");
      const why = place.querySelector('[data-key="reason"]');
      if (figure.value && !why.value.trim()) return complain(why, "A figure that counts needs a reason.");
    }
    const now = new Date();
    const day = [now.getUTCFullYear(), String(now.getUTCMonth() + 1).padStart(2, "0"), String(now.getUTCDate()).padStart(2, "0")].join("-");
    const told = { form: form.dataset.form, by: by.value.trim(), day, answer: [...form.querySelectorAll("[data-project]")].map(answer) };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(told, null, 2) + "\n"], { type: "application/json" }));
    link.download = `${form.dataset.stem}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    said.textContent = `Saved as ${link.download}. Please send this file back to whoever asked you.`;
  });
})();
