// The page works without this script: all tables are in the HTML. It adds tabs, charts, sorting and downloads, and redraws
// the charts in the colours of the theme.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const charts = read("chart-data");
  const root = document.documentElement;

  // Orange to blue through the page's own ground: told apart under every common colour blindness.
  const PALETTES = {
    light: { down: [179, 88, 6], none: [244, 246, 248], up: [33, 102, 172], ink: "#17202b", soft: "#55606e", line: "#dde2e8", ground: "#ffffff", raised: "#f6f7f9", warn: "#7a3b8f", accent: "#1b5fa7" },
    dark: { down: [224, 130, 50], none: [38, 46, 57], up: [84, 160, 232], ink: "#e8ecf1", soft: "#a9b4c1", line: "#313a46", ground: "#12161c", raised: "#1a2029", warn: "#d8a5ea", accent: "#7db8f5" },
  };
  const palette = () => PALETTES[theme.isDark() ? "dark" : "light"];
  const css = (rgb) => `rgb(${rgb.map(Math.round).join(",")})`;
  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif';
  const GAP = 18; // pixels between the pointer and what a cell says
  const CONFIG = { displayModeBar: false, typesetMath: false, responsive: true, scrollZoom: false, doubleClick: false };

  function fillOf(delta, p) {
    const share = Math.min(1, Math.abs(delta) / charts.range);
    const end = delta < 0 ? p.down : p.up;
    return p.none.map((from, i) => from + (end[i] - from) * share);
  }

  function luminance(rgb) {
    const [r, g, b] = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  // Black or white, whichever reads better; one of the two always reaches 4.5:1.
  const inkOn = (rgb) => (luminance(rgb) > 0.179 ? "#000000" : "#ffffff");

  function baseLayout(p, width, height) {
    return {
      width, height, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: FONT, size: 13, color: p.ink }, showlegend: false, dragmode: false,
      margin: { l: 10, r: 16, t: 8, b: 8 },
      hoverlabel: { align: "left", bgcolor: p.raised, bordercolor: p.line, font: { family: FONT, color: p.ink } },
    };
  }

  function ticks(labels, more) {
    return { tickmode: "array", tickvals: labels.map((_, i) => i), ticktext: labels, type: "linear", tickangle: 0, showgrid: false, zeroline: false, fixedrange: true, automargin: true, ticks: "", ...more };
  }

  function box(x, y, fill, line) {
    return { type: "rect", layer: "below", x0: x - 0.48, x1: x + 0.48, y0: y - 0.46, y1: y + 0.46, fillcolor: fill, line };
  }

  function cellLook(cell, p) {
    if (cell.delta !== null) return { ink: inkOn(fillOf(cell.delta, p)), shape: null };
    if (cell.word === "not comparable") return { ink: p.warn, shape: [p.raised, { color: p.warn, width: 1.5, dash: "dash" }] };
    return { ink: p.soft, shape: ["rgba(0,0,0,0)", { color: p.soft, width: 1, dash: "dot" }] };
  }

  // Plotly's own label breaks no lines and is cut off at the edge of a small chart.
  const hover = document.getElementById("hover");
  const hideHover = () => { hover.hidden = true; };

  function showHover(cell, pointer) {
    hover.replaceChildren(...[cell.title, ...cell.notes].map((line) => Object.assign(document.createElement("p"), { textContent: line })));
    hover.hidden = false;
    const { width, height } = hover.getBoundingClientRect();
    const below = pointer.clientY + GAP;
    const top = below + height < innerHeight ? below : pointer.clientY - GAP - height;
    const clamp = (value, most) => Math.max(8, Math.min(value, most - 8));
    hover.style.left = `${clamp(pointer.clientX - width / 2, root.clientWidth - width)}px`;
    hover.style.top = `${scrollY + clamp(top, innerHeight - height)}px`;
  }

  function startHover(node, map) {
    if (node.dataset.hover) return;
    node.dataset.hover = "on";
    node.on("plotly_hover", ({ points, event }) => showHover(map.cells[points[0].y][points[0].x], event));
    node.on("plotly_unhover", hideHover);
  }

  function drawHeatmap(node, map) {
    const p = palette();
    const annotations = [];
    const shapes = [];
    map.cells.forEach((row, y) => row.forEach((cell, x) => {
      const look = cellLook(cell, p);
      annotations.push({ x, y, text: cell.text, showarrow: false, font: { color: look.ink, size: 12.5 } });
      if (look.shape) shapes.push(box(x, y, ...look.shape));
    }));
    const trace = {
      type: "heatmap", z: map.cells.map((row) => row.map((cell) => cell.delta)), zmin: -charts.range, zmax: charts.range,
      colorscale: [[0, css(p.down)], [0.5, css(p.none)], [1, css(p.up)]], xgap: 4, ygap: 4, hoverongaps: false,
      hoverinfo: "none",
      colorbar: { title: { text: "points", side: "top" }, thickness: 10, outlinewidth: 0, len: 1, tickfont: { color: p.soft }, nticks: 5 },
    };
    const width = Math.max(node.parentElement.clientWidth, 200 + 152 * map.columns.length);
    const layout = baseLayout(p, width, 60 + 78 * map.rows.length);
    layout.xaxis = ticks(map.columns, { side: "top", range: [-0.5, map.columns.length - 0.5] });
    layout.yaxis = ticks(map.rows, { range: [map.rows.length - 0.5, -0.5], ticklabelstandoff: 8 });
    return Plotly.react(node, [trace], { ...layout, annotations, shapes }, CONFIG).then(() => startHover(node, map));
  }

  function arm(arms, key, shift, marker, p) {
    const bounds = (side) => arms.map((a) => (a[key].interval ? Math.abs(a[key].interval[side] - a[key].value) : 0));
    return {
      type: "scatter", mode: "markers", name: key, x: arms.map((a) => a[key].value), y: arms.map((_, i) => i + shift), marker,
      error_x: { type: "data", symmetric: false, array: bounds(1), arrayminus: bounds(0), thickness: 1.25, width: 3, color: p.soft },
      text: arms.map((a) => `${a.family} · ${a.row}<br>${key}: ${a[key].label}`), hoverinfo: "text",
    };
  }

  function drawArms(node, arms) {
    const p = palette();
    const join = { type: "scatter", mode: "lines", x: [], y: [], line: { color: p.soft, width: 2.5 }, hoverinfo: "skip", showlegend: false };
    arms.forEach((a, i) => {
      join.x.push(a.before.value, a.after.value, null);
      join.y.push(i - 0.13, i + 0.13, null);
    });
    const before = arm(arms, "before", -0.13, { size: 10, color: p.ground, line: { color: p.ink, width: 2 } }, p);
    const after = arm(arms, "after", 0.13, { size: 11, color: p.accent, symbol: "diamond" }, p);
    const width = Math.max(node.parentElement.clientWidth, 560);
    const layout = baseLayout(p, width, 90 + 30 * arms.length);
    layout.showlegend = true;
    layout.legend = { orientation: "h", x: 0, y: 1, yanchor: "bottom", itemclick: false, itemdoubleclick: false };
    layout.margin = { ...layout.margin, t: 36 };
    layout.xaxis = { title: { text: "accuracy, %", font: { color: p.soft } }, rangemode: "tozero", gridcolor: p.line, zerolinecolor: p.line, fixedrange: true, automargin: true };
    layout.yaxis = ticks(arms.map((a) => `${a.family} · ${a.row}`), { range: [arms.length - 0.4, -0.6], ticklabelstandoff: 8 });
    return Plotly.react(node, [join, before, after], layout, CONFIG);
  }

  function draw(panel) {
    hideHover();
    const data = charts.tasks[panel.id];
    const heatmap = panel.querySelector(".heatmap");
    if (!heatmap) return;
    drawHeatmap(heatmap, data.heatmap);
    const arms = panel.querySelector(".arms");
    if (data.arms.length) drawArms(arms, data.arms);
    else arms.closest("figure").hidden = true;
  }

  const tabs = [...document.querySelectorAll('[role="tab"]')];
  const panels = [...document.querySelectorAll(".panel")];
  const current = () => panels.find((panel) => !panel.hidden);

  function select(index, focus) {
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === index));
      tab.tabIndex = i === index ? 0 : -1;
      panels[i].hidden = i !== index;
    });
    if (focus) tabs[index].focus();
    draw(panels[index]);
  }

  function remember(index) {
    state.set({ task: panels[index].dataset.task });
  }

  function onKey(event, index) {
    const steps = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = (steps[event.key] + tabs.length) % tabs.length;
    select(next, true);
    remember(next);
  }

  function startTabs() {
    if (!tabs.length) return;
    tabs[0].parentElement.hidden = false;
    tabs.forEach((tab, i) => {
      panels[i].setAttribute("role", "tabpanel");
      panels[i].setAttribute("aria-labelledby", tab.id);
      tab.addEventListener("click", () => { select(i, false); remember(i); });
      tab.addEventListener("keydown", (event) => onKey(event, i));
    });
    const linked = panels.findIndex((panel) => panel.dataset.task === state.get("task"));
    select(Math.max(0, linked), false);
  }

  function compare(a, b, column, numeric) {
    const [x, y] = [a, b].map((row) => row.cells[column]);
    if (!numeric) return x.textContent.trim().localeCompare(y.textContent.trim(), "en");
    return Number(x.dataset.value) - Number(y.dataset.value);
  }

  function sortBy(header) {
    const body = header.closest("table").tBodies[0];
    const column = header.cellIndex;
    const numeric = header.matches(".num, .by-value");
    const first = numeric ? "descending" : "ascending";
    const other = numeric ? "ascending" : "descending";
    const order = header.getAttribute("aria-sort") === first ? other : first;
    for (const th of header.parentElement.cells) th.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", order);
    const empty = (row) => numeric && row.cells[column].dataset.value === "";
    const sign = order === "ascending" ? 1 : -1;
    // Rows without a number stay at the end in either order: they are not the smallest.
    const rows = [...body.rows].sort((a, b) => empty(a) - empty(b) || sign * compare(a, b, column, numeric));
    body.append(...rows);
  }

  function download(name, type, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  theme.start(() => current() && draw(current()));
  startTabs();
  document.querySelectorAll(".sort").forEach((button) => button.addEventListener("click", () => sortBy(button.parentElement)));
  document.getElementById("downloads").hidden = false;
  document.getElementById("download-json").addEventListener("click", () => download("summary.json", "application/json", document.getElementById("summary-data").textContent));
  document.getElementById("download-csv").addEventListener("click", () => download("deltas.csv", "text/csv", read("csv-data")));
  addEventListener("keydown", (event) => event.key === "Escape" && hideHover());
  let resizing = 0;
  addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(() => current() && draw(current()), 120); });
})();
