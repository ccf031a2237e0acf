// The page works without scripts: all tables are in the HTML. This script connects the others: tabs, the
// view, and the address that holds it. Every action changes the address first; the page then follows the
// address.
"use strict";
(() => {
  const WAYS = ["delta", "adjusted", "strong"];
  const ORDERS = { asc: "ascending", desc: "descending" };
  const main = document.getElementById("main");
  const tabs = [...document.querySelectorAll('[role="tab"]')];
  const panels = tabs.map((tab) => document.getElementById(tab.getAttribute("aria-controls")));
  const controls = document.getElementById("controls");
  const current = () => panels.find((panel) => !panel.hidden);
  const hasMap = (panel) => panel?.querySelector(".heatmap");
  let drawing = 0;

  // Sections with charts of their own draw on this.
  const announce = (panel) => document.dispatchEvent(new CustomEvent("rlvr:shown", { detail: { panel } }));

  function redraw() {
    const panel = current();
    if (!panel) return;
    heatmap.hide();
    arms.draw(panel, controls ? filter.shown(panel) : []);
    announce(panel);
  }

  function openTab(panel) {
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(panels[i] === panel));
      tab.tabIndex = panels[i] === panel ? 0 : -1;
      panels[i].hidden = panels[i] !== panel;
    });
    tabs[panels.indexOf(panel)].scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // A cell sorts by the value that it shows.
  function showWay(panel) {
    const way = WAYS.includes(state.get("show")) ? state.get("show") : WAYS[0];
    main.dataset.show = way;
    controls.querySelector(`input[value="${way}"]`).checked = true;
    for (const cell of panel.querySelectorAll(".heatmap tbody td")) {
      cell.dataset.value = cell.style.getPropertyValue(`--${way}`);
    }
  }

  function showPublished() {
    const toggle = document.getElementById("published");
    if (!toggle) return;
    toggle.checked = state.get("published") === "1";
    if (toggle.checked) main.dataset.published = "";
    else delete main.dataset.published;
  }

  const headingOf = (header) => header.textContent.trim();

  function sortAs(panel) {
    const [, name, heading, order] = (state.get("sort") || "").match(/^(\w+):(.*):(asc|desc)$/s) || [];
    for (const table of panel.querySelectorAll("table")) {
      if (!name || !table.classList.contains(name)) {
        sorting.reset(table);
        continue;
      }
      const headers = [...table.querySelectorAll("thead .sort")].map((button) => button.parentElement);
      const header = headers.find((head) => headingOf(head) === heading);
      if (!header) continue;
      // A heatmap is sorted again even in the same order, because the values that it shows may have changed.
      const isSorted = header.getAttribute("aria-sort") === ORDERS[order];
      if (name === "heatmap" || !isSorted) sorting.sort(header, ORDERS[order]);
    }
  }

  // Makes the page show what its address says.
  function apply() {
    if (!tabs.length) return;
    const panel = panels.find((one) => one.dataset.task === state.get("task")) || panels[0];
    if (panel !== current() || panels.filter((one) => !one.hidden).length > 1) openTab(panel);
    if (controls) {
      controls.hidden = !hasMap(panel);
      filter.read();
      showPublished();
    }
    if (hasMap(panel)) {
      showWay(panel);
      filter.apply(panel);
    }
    sortAs(panel);
    redraw();
  }

  // Charts follow once the reader stops typing; cells and tables follow at once.
  function refilter() {
    filter.read();
    filter.apply(current());
    clearTimeout(drawing);
    drawing = setTimeout(redraw, 150);
  }

  const choose = (changes) => { state.set(changes); apply(); };

  function onTabKey(event, index) {
    const steps = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = (steps[event.key] + tabs.length) % tabs.length;
    choose({ task: panels[next].dataset.task });
    tabs[next].focus();
  }

  function startTabs() {
    if (!tabs.length) return;
    tabs[0].parentElement.hidden = false;
    tabs.forEach((tab, i) => {
      panels[i].setAttribute("role", "tabpanel");
      panels[i].setAttribute("aria-labelledby", tab.id);
      tab.addEventListener("click", () => choose({ task: panels[i].dataset.task }));
      tab.addEventListener("keydown", (event) => onTabKey(event, i));
    });
  }

  function startControls() {
    filter.start(JSON.parse(document.getElementById("chart-data").textContent), refilter);
    copying.start(current);
    controls.addEventListener("change", ({ target }) => {
      if (target.name === "show") choose({ show: target.value === WAYS[0] ? "" : target.value });
      if (target.id === "published") choose({ published: target.checked ? "1" : "" });
    });
  }

  function remember(header, order) {
    const short = order === ORDERS.asc ? "asc" : "desc";
    state.set({ sort: `${header.closest("table").classList[0]}:${headingOf(header)}:${short}` });
  }

  // Paper cannot unfold anything.
  function startPrint() {
    let folded = [];
    addEventListener("beforeprint", () => {
      folded = [...(current()?.querySelectorAll("details:not([open])") || [])];
      folded.forEach((one) => { one.open = true; });
    });
    addEventListener("afterprint", () => folded.forEach((one) => { one.open = false; }));
  }

  startTabs();
  if (controls) startControls();
  heatmap.start();
  sorting.start(remember);
  apply();
  theme.start(redraw);
  state.onChange(apply);
  startPrint();
  let resizing = 0;
  addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(redraw, 120); });
})();
