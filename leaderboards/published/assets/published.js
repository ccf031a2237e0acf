// The page works without this script: every figure is in the HTML. The script adds tabs, filters, sorting and
// notes.
(() => {
  const KEYS = ["task", "base", "reward", "source"];
  const GAP = 12; // pixels between a cell and what it says
  const byId = (id) => document.getElementById(id);
  const tabs = [...document.querySelectorAll('[role="tab"]')];
  const panels = [...document.querySelectorAll(".panel")];
  const rows = [...document.querySelectorAll("table.figures tbody tr")];
  const current = () => panels.find((panel) => !panel.hidden);

  // Tabs

  function show(index, focus = false) {
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === index));
      tab.tabIndex = i === index ? 0 : -1;
      panels[i].hidden = i !== index;
    });
    if (focus) tabs[index].focus();
    byId("reward").closest(".by").hidden = panels[index].id !== "deltas";
    showCount();
  }

  function pick(index, focus) {
    state.set({ show: index ? panels[index].id : null, row: null });
    show(index, focus);
  }

  function onKey(event, index) {
    const steps = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    pick((steps[event.key] + tabs.length) % tabs.length, true);
  }

  function startTabs() {
    tabs[0].parentElement.hidden = false;
    tabs.forEach((tab, i) => {
      panels[i].setAttribute("role", "tabpanel");
      panels[i].setAttribute("aria-labelledby", tab.id);
      tab.addEventListener("click", () => pick(i, false));
      tab.addEventListener("keydown", (event) => onKey(event, i));
    });
  }

  // Filters

  const picked = () => Object.fromEntries(KEYS.map((key) => [key, byId(key).value]));
  const words = () => byId("find").value.toLowerCase().split(/\s+/).filter(Boolean);

  // Accuracies and probes have no reward, so the filter by reward leaves them alone.
  function has(row, wanted) {
    const passes = (key) => row.dataset[key] === undefined || row.dataset[key] === wanted[key];
    return KEYS.every((key) => !wanted[key] || passes(key));
  }

  function filter() {
    const wanted = picked();
    const sought = words();
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !has(row, wanted) || !sought.every((word) => text.includes(word));
    }
    for (const chip of document.querySelectorAll(".chip[data-row]")) {
      chip.hidden = byId(chip.dataset.row).hidden;
    }
    document.querySelectorAll("table.grid").forEach(narrow);
    document.querySelectorAll("table.spread").forEach((table) => shorten(table, wanted));
    const any = sought.length > 0 || KEYS.some((key) => wanted[key]);
    byId("clear").hidden = !any;
    showCount();
  }

  // A grid keeps the rows and columns that still have figures; a family's heading spans those that are left.
  function narrow(table) {
    const [groups, heads] = table.tHead.rows;
    const body = [...table.tBodies[0].rows];
    const left = (cell) => cell.querySelector(".chip:not([hidden])") !== null;
    for (const row of body) row.hidden = ![...row.cells].some(left);
    [...heads.cells].slice(1).forEach((head, i) => {
      const gone = !body.some((row) => left(row.cells[i + 1]));
      [head, ...body.map((row) => row.cells[i + 1])].forEach((cell) => { cell.hidden = gone; });
    });
    const shown = [...heads.cells].filter((head) => !head.hidden);
    for (const group of [...groups.cells].slice(1)) {
      const columns = shown.filter((head) => head.dataset.family === group.dataset.family).length;
      group.hidden = columns === 0;
      group.colSpan = Math.max(1, columns);
    }
    table.closest("figure").hidden = body.every((row) => row.hidden);
  }

  // A spread covers all sources, so the filters by source and by words leave it alone.
  function shorten(table, wanted) {
    const bases = [...table.querySelectorAll("tr[data-base]")];
    for (const row of bases) row.hidden = wanted.base !== "" && row.dataset.base !== wanted.base;
    const isOtherTask = wanted.task !== "" && table.dataset.task !== wanted.task;
    table.hidden = isOtherTask || bases.every((row) => row.hidden);
  }

  function showCount() {
    const panel = current();
    const own = rows.filter((row) => panel.contains(row));
    const left = own.filter((row) => !row.hidden).length;
    byId("shown").textContent = `${left} of ${own.length} figures`;
    byId("nothing").hidden = left > 0;
    panel.classList.toggle("bare", left === 0);
  }

  function onFilter() {
    state.set({ ...picked(), find: byId("find").value, row: null });
    filter();
  }

  function clear() {
    for (const key of [...KEYS, "find"]) byId(key).value = "";
    onFilter();
    byId("find").focus();
  }

  function startFilters() {
    document.querySelector(".filters").hidden = false;
    for (const key of KEYS) byId(key).addEventListener("change", onFilter);
    byId("find").addEventListener("input", onFilter);
    byId("clear").addEventListener("click", clear);
    byId("again").addEventListener("click", clear);
  }

  // What a cell says, under the pointer and under the focus

  const hover = byId("hover");
  let shownFor = null;
  const hideHover = () => { shownFor = null; hover.hidden = true; };

  function showHover(chip) {
    shownFor = chip;
    const paragraph = (line) => Object.assign(document.createElement("p"), { textContent: line });
    hover.replaceChildren(...chip.dataset.says.split("\n").map(paragraph));
    hover.hidden = false;
    const cell = chip.getBoundingClientRect();
    const { width, height } = hover.getBoundingClientRect();
    const wide = document.documentElement.clientWidth;
    const top = cell.bottom + GAP + height < innerHeight ? cell.bottom + GAP : cell.top - GAP - height;
    hover.style.left = `${Math.max(8, Math.min(cell.left + cell.width / 2 - width / 2, wide - width - 8))}px`;
    hover.style.top = `${scrollY + Math.max(8, top)}px`;
  }

  function startHover() {
    document.querySelectorAll(".chip[data-says]").forEach((chip) => {
      chip.setAttribute("aria-describedby", "hover");
      for (const name of ["pointerenter", "focus"]) chip.addEventListener(name, () => showHover(chip));
      for (const name of ["pointerleave", "blur"]) chip.addEventListener(name, hideHover);
      chip.addEventListener("click", (event) => {
        event.preventDefault();
        state.set({ row: chip.dataset.row });
        point(chip.dataset.row);
      });
    });
    addEventListener("keydown", (event) => event.key === "Escape" && hideHover());
    // A cell that the focus scrolls into view keeps what it says.
    addEventListener("scroll", () => shownFor && showHover(shownFor), true);
  }

  // Marks one row, scrolls to it and focuses it, so that reading continues there.
  function point(id) {
    document.querySelector("tr.pointed")?.classList.remove("pointed");
    const row = id && byId(id);
    if (!row || !rows.includes(row) || row.hidden) return;
    row.classList.add("pointed");
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "center" });
  }

  // The address holds the view: tab, filters, search, the sorted column, the marked row.
  function restore() {
    for (const key of [...KEYS, "find"]) byId(key).value = state.get(key) ?? "";
    for (const key of KEYS) if (byId(key).selectedIndex < 0) byId(key).value = "";
    const [kind, column, order] = (state.get("sort") ?? "").split(".");
    const kindOf = (th) => th.closest("table").dataset.kind;
    const headers = [...document.querySelectorAll("th[data-key]")];
    const header = headers.find((th) => th.dataset.key === column && kindOf(th) === kind);
    if (header && ["ascending", "descending"].includes(order)) sorting.sort(header, order);
    const id = state.get("row");
    const asRow = panels.findIndex((panel) => rows.some((row) => row.id === id && panel.contains(row)));
    const asTab = panels.findIndex((panel) => panel.id === state.get("show"));
    show(Math.max(0, asRow >= 0 ? asRow : asTab));
    filter();
    point(id);
  }

  theme.start();
  startTabs();
  startFilters();
  startHover();
  sorting.start((header, order) => {
    const table = header.closest("table");
    state.set({ sort: `${table.dataset.kind}.${header.dataset.key}.${order}` });
  });
  state.onChange(restore);
  restore();
})();
