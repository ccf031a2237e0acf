// The filter of deltas: by family, reward and finding, and by words in their names. The address holds it; the
// heatmap and the tables of the open task follow.
"use strict";
const filter = (() => {
  const FACETS = { families: "family", rewards: "reward", findings: "finding" };
  const controls = document.getElementById("controls");
  const boxes = (key) => [...controls.querySelectorAll(`input[name="${key}"]`)];
  let entries = {};
  let chosen = {};
  let words = [];

  // Ids are joined by spaces, which read as + in an address; a space within one is escaped.
  const parse = (text) => (text || "").split(" ").filter(Boolean).map((part) => {
    try { return decodeURIComponent(part); } catch { return ""; }
  });
  const join = (values) => values.map(encodeURIComponent).join(" ");

  function matches(entry) {
    const passes = ([key, facet]) => !chosen[key].length || chosen[key].includes(entry[facet]);
    return Object.entries(FACETS).every(passes) && words.every((word) => entry.names.includes(word));
  }
  const of = (panel) => entries[panel.id] || [];
  const active = () => words.length > 0 || Object.values(chosen).some((values) => values.length);

  // Reads the address and ignores unknown families, rewards and findings.
  function read() {
    for (const key of Object.keys(FACETS)) {
      const wanted = parse(state.get(key));
      for (const box of boxes(key)) box.checked = wanted.includes(box.value);
      chosen[key] = boxes(key).filter((box) => box.checked).map((box) => box.value);
      const menu = controls.querySelector(`[data-key="${key}"]`);
      menu.querySelector(".chosen").textContent = chosen[key].length ? `(${chosen[key].length})` : "";
    }
    const search = document.getElementById("q");
    const query = state.get("q") || "";
    if (search.value.trim() !== query) search.value = query;
    words = query.toLowerCase().split(/\s+/).filter(Boolean);
  }

  function showCells(table, shown) {
    const columns = new Set();
    for (const row of table.tBodies[0].rows) {
      const cells = [...row.cells].slice(1);
      const passing = cells.filter((cell) => shown[cell.dataset.d]);
      passing.forEach((cell) => columns.add(cell.cellIndex));
      cells.forEach((cell) => cell.classList.toggle("out", !shown[cell.dataset.d]));
      row.hidden = !passing.length;
    }
    for (const row of table.querySelectorAll("tr:not(.groups)")) {
      for (const cell of [...row.cells].slice(1)) cell.hidden = !columns.has(cell.cellIndex);
    }
    table.style.setProperty("--columns", columns.size);
    showGroups(table);
    heatmap.rove(table);
  }

  // A heading over several columns spans those that are left.
  function showGroups(table) {
    const heads = [...table.tHead.rows].at(-1).querySelectorAll("[data-family]:not([hidden])");
    for (const group of table.querySelectorAll(".groups th")) {
      const columns = [...heads].filter((head) => head.dataset.family === group.dataset.family).length;
      group.hidden = !columns;
      group.colSpan = columns || 1;
    }
  }

  function count(panel, shown) {
    const deltas = shown.filter((_, n) => !of(panel)[n].hole);
    const some = deltas.filter(Boolean).length;
    document.getElementById("count").textContent = `${some} of ${deltas.length} deltas shown`;
  }

  // Shows in a task's panel what passes the filter.
  function apply(panel) {
    const shown = of(panel).map(matches);
    if (!shown.length) return;
    const none = !shown.includes(true);
    document.getElementById("nothing").hidden = !none;
    panel.classList.toggle("none", none);
    controls.querySelector(".line [data-reset]").hidden = !active();
    count(panel, shown);
    for (const row of panel.querySelectorAll("tbody tr[data-d]")) {
      row.hidden = row.dataset.d !== "" && !row.dataset.d.split(" ").some((n) => shown[n]);
    }
    showCells(panel.querySelector(".heatmap"), shown);
  }

  function onChange(event) {
    const key = event.target.name;
    if (!(key in FACETS)) return false;
    state.set({ [key]: join(boxes(key).filter((box) => box.checked).map((box) => box.value)) });
    return true;
  }

  // A menu closes on Escape, and on a click outside it.
  function startMenus() {
    const menus = [...controls.querySelectorAll(".menu")];
    document.addEventListener("click", ({ target }) => {
      for (const menu of menus) if (!menu.contains(target)) menu.open = false;
    });
    controls.addEventListener("keydown", (event) => {
      const menu = event.target.closest(".menu[open]");
      if (event.key !== "Escape" || !menu) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  // Calls onFilter after the reader changed a filter.
  function start(data, onFilter) {
    entries = data;
    for (const own of Object.values(entries)) own.forEach((entry, n) => { entry.place = n; });
    startMenus();
    controls.addEventListener("change", (event) => onChange(event) && onFilter());
    document.getElementById("q").addEventListener("input", ({ target }) => {
      state.set({ q: target.value.trim() });
      onFilter();
    });
    controls.querySelectorAll("[data-reset]").forEach((button) => button.addEventListener("click", () => {
      state.set({ families: "", rewards: "", findings: "", q: "" });
      onFilter();
      document.getElementById("q").focus();
    }));
  }

  return { start, read, apply, shown: (panel) => of(panel).filter(matches) };
})();
