// SPDX-FileCopyrightText: The Umbel contributors
// SPDX-License-Identifier: Apache-2.0
// Zoom, dragging and pointing in the picture of a graph. All it shows can be read and followed without this file.
"use strict";

(() => {
  const LEAST = 0.2, MOST = 3, STEP = 1.25, STIRRED = 4;

  function neighbours(svg) {
    const found = new Map();
    for (const edge of svg.querySelectorAll(".edge")) {
      for (const end of [edge.dataset.from, edge.dataset.to]) {
        if (!found.has(end)) found.set(end, []);
        found.get(end).push(edge);
      }
    }
    return found;
  }

  function pointing(svg) {
    const edges = neighbours(svg);
    const nodes = new Map([...svg.querySelectorAll("a.node")].map((node) => [node.dataset.node, node]));
    let near = [];
    const leave = () => {
      svg.classList.remove("pointing");
      for (const each of near) each.classList.remove("near");
      near = [];
    };
    const enter = (node) => {
      leave();
      near = [node];
      for (const edge of edges.get(node.dataset.node) || []) {
        near.push(edge);
        for (const end of [edge.dataset.from, edge.dataset.to]) if (nodes.has(end)) near.push(nodes.get(end));
      }
      for (const each of near) each.classList.add("near");
      svg.classList.add("pointing");
    };
    const of = (event) => event.target.closest && event.target.closest("a.node");
    svg.addEventListener("pointerover", (event) => { const node = of(event); if (node) enter(node); else leave(); });
    svg.addEventListener("pointerleave", leave);
    svg.addEventListener("focusin", (event) => { const node = of(event); if (node) enter(node); });
    svg.addEventListener("focusout", leave);
  }

  function zooming(frame, svg, tools) {
    const width = svg.viewBox.baseVal.width, height = svg.viewBox.baseVal.height;
    let scale = 1;
    const to = (wanted, x = frame.clientWidth / 2, y = frame.clientHeight / 2) => {
      const next = Math.min(MOST, Math.max(LEAST, wanted));
      const left = (frame.scrollLeft + x) / scale, top = (frame.scrollTop + y) / scale;
      scale = next;
      svg.setAttribute("width", Math.round(width * scale));
      svg.setAttribute("height", Math.round(height * scale));
      frame.scrollLeft = left * scale - x;
      frame.scrollTop = top * scale - y;
    };
    const ways = {
      in: () => to(scale * STEP),
      out: () => to(scale / STEP),
      fit: () => to(Math.min(1, frame.clientWidth / width)),
    };
    if (tools) {
      tools.hidden = false;
      tools.addEventListener("click", (event) => {
        const button = event.target.closest("[data-zoom]");
        if (button) ways[button.dataset.zoom]();
      });
    }
    frame.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = frame.getBoundingClientRect();
      to(scale * (event.deltaY < 0 ? STEP : 1 / STEP), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    frame.addEventListener("keydown", (event) => {
      if (event.key === "+" || event.key === "=") ways.in();
      else if (event.key === "-") ways.out();
      else if (event.key === "0") ways.fit();
    });
  }

  function dragging(frame) {
    let from = null, stirred = false;
    frame.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.pointerType === "touch") return;
      from = { x: event.clientX, y: event.clientY, left: frame.scrollLeft, top: frame.scrollTop };
      stirred = false;
    });
    frame.addEventListener("pointermove", (event) => {
      if (!from) return;
      const x = event.clientX - from.x, y = event.clientY - from.y;
      if (!stirred && Math.abs(x) + Math.abs(y) < STIRRED) return;
      stirred = true;
      frame.classList.add("held");
      frame.scrollLeft = from.left - x;
      frame.scrollTop = from.top - y;
    });
    const drop = () => { from = null; frame.classList.remove("held"); };
    window.addEventListener("pointerup", drop);
    frame.addEventListener("pointerleave", drop);
    frame.addEventListener("click", (event) => { if (stirred) { event.preventDefault(); stirred = false; } }, true);
    frame.addEventListener("dragstart", (event) => event.preventDefault());
  }

  function open(frame) {
    const svg = frame.querySelector("svg");
    if (!svg) return;
    zooming(frame, svg, document.querySelector("[data-graph-tools]"));
    pointing(svg);
    dragging(frame);
    const lit = svg.querySelectorAll("a.node.on");
    if (lit.length) {
      const box = lit[lit.length - 1].getBBox();
      frame.scrollLeft = Math.max(0, box.x - frame.clientWidth / 2);
      frame.scrollTop = Math.max(0, box.y - frame.clientHeight / 2);
    }
  }

  for (const frame of document.querySelectorAll("[data-graph]")) open(frame);
})();
