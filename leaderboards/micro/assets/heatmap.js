// The heatmap's cells: arrow keys move between them; a note on a cell appears under the pointer or on focus.
"use strict";
const heatmap = (() => {
  const CELL = ".heatmap td > a";
  const GAP = 6; // pixels between a cell and its note
  const LINGER = 150; // milliseconds in which the pointer can move from a cell onto its note
  const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  const note = document.getElementById("hover");
  let noted = null;
  let leaving = 0;

  const isShown = (link) => link && !link.closest("[hidden], .out");

  // Tab enters the table once, at one cell; arrow keys go on from there.
  function rove(table, link) {
    const links = [...table.querySelectorAll("td > a")];
    const kept = links.find((one) => one.tabIndex === 0 && one.dataset.stop && isShown(one));
    const stop = link || kept || links.find(isShown);
    for (const one of links) {
      one.tabIndex = one === stop ? 0 : -1;
      if (one === stop) one.dataset.stop = "on";
      else delete one.dataset.stop;
    }
  }

  // The next cell with a link, skipping holes and filtered cells.
  function next(link, [down, right]) {
    const cell = link.parentElement;
    const rows = [...cell.closest("tbody").rows];
    let [y, x] = [rows.indexOf(cell.parentElement) + down, cell.cellIndex + right];
    for (; rows[y] && x > 0 && x < rows[y].cells.length; y += down, x += right) {
      const found = rows[y].cells[x].querySelector("a");
      if (isShown(found)) return found;
    }
    return null;
  }

  function ends(link, key) {
    const links = [...link.closest("tr").querySelectorAll("td > a")].filter(isShown);
    return key === "Home" ? links[0] : links.at(-1);
  }

  function onKey(event) {
    if (event.key === "Escape") hide();
    const link = event.target.closest?.(CELL);
    if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
    let target = null;
    if (event.key in STEPS) target = next(link, STEPS[event.key]);
    else if (/^(Home|End)$/.test(event.key)) target = ends(link, event.key);
    if (event.key in STEPS || target) event.preventDefault();
    target?.focus();
  }

  function title(cell) {
    const heads = cell.closest("table").tHead.rows;
    const column = heads[heads.length - 1].cells[cell.cellIndex];
    return [cell.parentElement.cells[0], column].map((head) => head.textContent.trim()).join(" · ");
  }

  const clamp = (value, most) => Math.max(8, Math.min(value, most - 8));

  function place(link) {
    const cell = link.parentElement.getBoundingClientRect();
    const { width, height } = note.getBoundingClientRect();
    const isBelow = cell.bottom + GAP + height < innerHeight || cell.top < height + GAP;
    const top = isBelow ? cell.bottom + GAP : cell.top - GAP - height;
    const left = cell.left + (cell.width - width) / 2;
    note.style.left = `${clamp(left, document.documentElement.clientWidth - width)}px`;
    note.style.top = `${scrollY + clamp(top, innerHeight - height)}px`;
  }

  function show(link) {
    clearTimeout(leaving);
    if (link === noted) return;
    hide();
    const delta = link.querySelector(".way-delta") || link.firstElementChild;
    const finding = delta.querySelector("b") ? [...delta.children].slice(0, 3) : [delta];
    const headline = finding.map((part) => part.textContent.trim()).join(" ");
    const lines = [title(link.parentElement), headline, ...link.dataset.notes.split("\n").filter(Boolean)];
    const paragraph = (line) => Object.assign(document.createElement("p"), { textContent: line });
    note.replaceChildren(...lines.map(paragraph));
    note.hidden = false;
    noted = link;
    link.setAttribute("aria-describedby", note.id);
    place(link);
  }

  function hide() {
    clearTimeout(leaving);
    noted?.removeAttribute("aria-describedby");
    noted = null;
    note.hidden = true;
  }

  function onLeave(event) {
    const to = event.relatedTarget;
    if (!noted || note.contains(to) || noted.contains(to)) return;
    clearTimeout(leaving);
    leaving = setTimeout(() => {
      const focused = document.activeElement;
      if (focused.matches(CELL)) show(focused);
      else hide();
    }, LINGER);
  }

  function start() {
    addEventListener("keydown", onKey);
    document.addEventListener("mouseover", (event) => {
      const link = event.target.closest(CELL);
      if (link) show(link);
      else if (note.contains(event.target)) clearTimeout(leaving);
    });
    document.addEventListener("mouseout", onLeave);
    document.addEventListener("focusin", (event) => {
      const link = event.target.closest(CELL);
      if (!link) return hide();
      rove(link.closest("table"), link);
      show(link);
    });
  }

  return { start, rove, hide, title };
})();
