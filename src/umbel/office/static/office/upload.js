// SPDX-FileCopyrightText: The Umbel contributors
// SPDX-License-Identifier: Apache-2.0
// Files may be dropped anywhere on the page; they go into the form's own field, which works without this.
"use strict";
(() => {
  const form = document.querySelector("form[data-drop]");
  const field = form && document.getElementById(form.dataset.drop);
  const words = form && form.querySelector("[data-drop-words]");
  if (!field || typeof DataTransfer === "undefined") return;
  let over = 0;
  const mark = (step) => {
    over = Math.max(0, over + step);
    form.classList.toggle("dropping", over > 0);
  };
  const brings = (event) => event.dataTransfer && Array.from(event.dataTransfer.types).includes("Files");
  const tell = () => {
    const names = Array.from(field.files, (file) => file.name);
    words.hidden = names.length === 0;
    words.textContent = names.length ? `${names.length} to hand in: ${names.slice(0, 5).join(", ")}` : "";
  };
  document.addEventListener("dragenter", (event) => { if (brings(event)) { event.preventDefault(); mark(1); } });
  document.addEventListener("dragleave", (event) => { if (brings(event)) mark(-1); });
  document.addEventListener("dragover", (event) => { if (brings(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    over = 0;
    mark(0);
    const all = new DataTransfer();
    for (const file of [...field.files, ...event.dataTransfer.files]) all.items.add(file);
    field.files = all.files;
    tell();
    field.focus();
  });
  field.addEventListener("change", tell);
})();
