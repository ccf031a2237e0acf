// The tab across tasks: a forest of deltas, training curves, and pickers for both. The page also has every
// number in a table, which needs no script. The charts draw only what is picked, only while the tab is shown.
"use strict";
(() => {
  const source = document.getElementById("across-data");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const panel = document.getElementById("across");
  const byId = (id) => document.getElementById(id);

  const { CONFIG, FONT, escaped } = plots;
  const SHAPES = ["circle", "square", "cross", "star", "pentagon", "x", "hexagon", "hourglass"];
  const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "8px 2px 2px 2px 2px 2px"];
  const LINES = ["--curve-1", "--curve-2", "--curve-3", "--curve-4", "--curve-5", "--curve-6", "--curve-7"];
  const NARROW = 640; // pixels: in a narrower chart, a row's label and number are above its bar
  const HEAD = 24; // pixels above the first group, for the name of the band
  const turn = (list, n) => list[n % list.length];

  const pen = document.createElement("canvas").getContext("2d");

  function widthOf(text, size, weight = 400) {
    pen.font = `${weight} ${size}px ${FONT}`;
    return pen.measureText(text).width;
  }

  function fitted(text, size, room) {
    let kept = text;
    while (kept.length > 3 && widthOf(kept, size) > room) kept = `${kept.slice(0, -2).trimEnd()}…`;
    return escaped(kept);
  }

  // Custom properties that follow the theme are read off an element that wears them.
  function colour(name) {
    const ink = byId("across-ink");
    ink.style.color = `var(${name})`;
    return getComputedStyle(ink).color;
  }

  function faint(rgb, alpha) {
    const withAlpha = (_, parts) => `rgba(${parts.split(",").slice(0, 3).join(",")}, ${alpha})`;
    return rgb.replace(/^rgba?\(([^)]*)\)$/, withAlpha);
  }

  function palette() {
    const names = ["ground", "raised", "ink", "soft", "line", "accent", "up", "down", "warn"];
    return Object.fromEntries(names.map((name) => [name, colour(`--${name}`)]));
  }

  function layoutOf(p, width, height) {
    const font = { family: FONT, size: 12.5 };
    return {
      width,
      height,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      showlegend: false,
      dragmode: false,
      font: { ...font, color: p.ink },
      margin: { l: 0, r: 0, t: HEAD, b: 44 },
      hoverlabel: { align: "left", bgcolor: p.raised, bordercolor: p.line, font: { ...font, color: p.ink } },
    };
  }

  function rangeOf(values) {
    const low = Math.min(0, ...values);
    const high = Math.max(0, ...values);
    const air = 0.05 * Math.max(2, high - low);
    return [low - air, high + air];
  }

  const ends = (row) => [row.delta, ...(row.interval ?? [])].filter((value) => value !== null);

  // A point without an interval gets whiskers of length zero; Plotly takes the ends as distances.
  const whiskers = (rows, look) => ({
    type: "data", symmetric: false, ...look,
    array: rows.map((row) => (row.interval ? row.interval[1] - row.delta : 0)),
    arrayminus: rows.map((row) => (row.interval ? row.delta - row.interval[0] : 0)),
  });

  // ---- forest

  // Heights in pixels: the chart's vertical axis counts pixels, so that text and bars land where they belong.
  // Families of several rows are set slightly apart.
  function placed(groups, lines) {
    const step = [27, 46, 64][lines];
    const continues = (group) => group.rows.some((row, i) => i && row.shape === group.rows[i - 1].shape);
    const apartBy = groups.some(continues) ? 8 : 0;
    let y = 0;
    const heads = [];
    const rows = [];
    for (const group of groups) {
      heads.push({ y: y + 13, top: y, group });
      y += 30;
      group.rows.forEach((row, i) => {
        if (i && row.shape !== group.rows[i - 1].shape) y += apartBy;
        rows.push({ ...row, y: y + step - 13, reward: group.reward });
        y += step;
      });
      y += 12;
    }
    return { heads, rows, height: y };
  }

  // Lines of text above a bar: none where there is room next to it; on a phone one, or two where label and
  // number do not fit on one.
  function linesFor(rows, width) {
    if (width >= NARROW) return 0;
    const fits = (row) => widthOf(`${row.label} ${row.number} ${row.said}`, 12.5) + 20 < width;
    return rows.every(fits) ? 1 : 2;
  }

  // Labels are left of the bars and numbers right of them; on a phone both are above the bars.
  function columnsFor(rows, width, lines) {
    const numbers = Math.max(...rows.map((row) => widthOf(row.number, 12.5))) + 14;
    const findings = Math.max(...rows.map((row) => widthOf(row.said, 12.5))) + 4;
    if (lines) return { from: 6, to: width - 6, numbers, labels: width };
    const labels = Math.min(0.3 * width, Math.max(...rows.map((row) => widthOf(row.label, 12.5))) + 4);
    return { from: labels + 18, to: width - numbers - findings - 14, numbers, labels };
  }

  const text = (items, at, color) => ({
    type: "scatter", mode: "text", xaxis: "x2", hoverinfo: "skip", cliponaxis: false, textposition: at,
    x: items.map((item) => item.x), y: items.map((item) => item.y), text: items.map((item) => item.text),
    textfont: { size: 12.5, color },
  });

  function wordColour(word, p) {
    return { gain: p.up, loss: p.down, "not comparable": p.warn, missing: p.soft }[word] ?? p.ink;
  }

  function labels(rows, heads, box, width, lines, p) {
    const numberWidth = (row) => widthOf(row.number, 12.5);
    const findingWidth = (row) => widthOf(row.said, 12.5);

    function room(row) {
      if (lines !== 1) return box.labels;
      return width - widthOf(`${row.number} ${row.said}`, 12.5) - 16;
    }

    // Where the texts of a row go, by the number of lines above its bar.
    const under = (row) => [row.y, row.y - 18, row.y - 17][lines];
    const labelHeight = (row) => (lines === 2 ? row.y - 35 : under(row));
    const besideBar = box.to + 4 + box.numbers;
    const numberEnd = (row) => [besideBar, width - findingWidth(row) - 8, numberWidth(row)][lines];

    function findingStart(row) {
      if (lines === 0) return box.to + 14 + box.numbers;
      if (lines === 1) return width - findingWidth(row);
      return row.number ? numberWidth(row) + 8 : 0;
    }

    const titles = heads.map(({ y, group }) => {
      const reward = `<b>${fitted(group.reward, 13, 0.7 * width)}</b>`;
      return { x: 0, y, text: group.spurious ? `${reward} · spurious reward` : reward };
    });
    const names = rows.map((row) => {
      const name = fitted(row.label, 12.5, room(row));
      return { x: 0, y: labelHeight(row), text: name };
    });
    const numbers = rows.map((row) => ({ x: numberEnd(row), y: under(row), text: row.number }));
    const findings = rows.map((row) => ({ x: findingStart(row), y: under(row), text: row.said }));
    const colours = rows.map((row) => wordColour(row.word, p));
    return [
      text(titles, "middle right", p.ink),
      text(names, "middle right", p.ink),
      text(numbers, "middle left", p.ink),
      text(findings, "middle right", colours),
    ];
  }

  // What the pointer shows for a point of the forest.
  function pointNote(row) {
    const name = `${escaped(row.family)}: ${escaped(row.label)}`;
    return `${name}<br>${escaped(row.reward)}<br>${row.number} ${row.said}`;
  }

  function points(rows, p) {
    const measured = rows.filter((row) => row.delta !== null);
    const colours = new Set(measured.map((row) => wordColour(row.word, p)));
    return [...colours].map((color) => {
      const shown = measured.filter((row) => wordColour(row.word, p) === color);
      const symbol = shown.map((row) => turn(SHAPES, row.shape));
      return {
        type: "scatter",
        mode: "markers",
        x: shown.map((row) => row.delta),
        y: shown.map((row) => row.y),
        cliponaxis: false,
        marker: { color, size: 10, symbol, line: { width: 0 } },
        error_x: whiskers(shown, { thickness: 2, width: 4, color }),
        text: shown.map(pointNote),
        hoverinfo: "text",
      };
    });
  }

  // Long sentences are broken where Plotly would cut them off.
  const broken = (sentence) => escaped(sentence).replace(/(.{30,48}?) /g, "$1<br>");

  function references(rows, p) {
    const all = rows.flatMap((row) => row.references.map((reference) => ({ ...reference, y: row.y + 8 })));
    return {
      type: "scatter",
      mode: "markers",
      name: "references",
      x: all.map((reference) => reference.delta),
      y: all.map((reference) => reference.y),
      cliponaxis: false,
      marker: { symbol: "diamond-open", size: 10, color: p.ink, line: { width: 1.5 } },
      text: all.map((reference) => broken(reference.says)),
      hoverinfo: "text",
    };
  }

  function frame(heads, range, height, lines, p) {
    // Where text is above the bars, the line at zero is faint, so that it does not strike the text through.
    const zeroLine = { color: lines ? faint(p.soft, 0.45) : p.soft, width: 1.25 };
    const zero = { type: "line", x0: 0, x1: 0, y0: 0, y1: height, line: zeroLine, layer: "below" };
    const rules = heads.slice(1).map(({ top }) => ({
      type: "line", xref: "paper", x0: 0, x1: 1, y0: top - 6, y1: top - 6,
      line: { color: p.line, width: 1 }, layer: "below",
    }));
    if (!data.margin) return [zero, ...rules];
    const band = {
      type: "rect", y0: 0, y1: height,
      x0: Math.max(range[0], -data.margin), x1: Math.min(range[1], data.margin),
      fillcolor: faint(p.accent, 0.1), line: { width: 0 }, layer: "below",
    };
    return [band, ...rules, zero];
  }

  // The name is above the band, but never beyond the edge of a phone.
  function bandName(range, box, width, p) {
    const says = `±${data.margin}: margin of equivalence`;
    const half = widthOf(says, 11.5) / 2 + 4;
    const zero = box.from + ((0 - range[0]) / (range[1] - range[0])) * (box.to - box.from);
    const x = Math.max(half, Math.min(width - half, zero));
    return {
      xref: "x2", x, xanchor: "center", yref: "paper", y: 1, yanchor: "bottom", showarrow: false,
      text: says, font: { size: 11.5, color: p.soft },
    };
  }

  function axisOf(range, p, more) {
    const title = { text: "percentage points", font: { color: p.soft, size: 12 }, standoff: 8 };
    const tickfont = { color: p.soft, size: 12 };
    const fixed = { fixedrange: true, zeroline: false };
    return { range, ...fixed, gridcolor: p.line, tickfont, nticks: 7, title, ...more };
  }

  function drawForest() {
    const task = data.forest.find((one) => one.task === byId("across-on").value);
    const reward = byId("across-reward").value;
    const groups = task.groups.filter((group) => reward === "" || group.reward === reward);
    const node = byId("forest-chart");
    const width = node.parentElement.clientWidth;
    const lines = linesFor(groups.flatMap((group) => group.rows), width);
    const { heads, rows, height } = placed(groups, lines);
    const box = columnsFor(rows, width, lines);
    const p = palette();
    // All rewards of a task share one range, so that a reader can compare them by switching between them.
    const all = task.groups.flatMap((group) => group.rows);
    const published = all.flatMap((row) => row.references.map((reference) => reference.delta));
    const range = rangeOf([...all.flatMap(ends), ...published, -data.margin, data.margin]);
    const layout = layoutOf(p, width, HEAD + height + 44);
    layout.xaxis = axisOf(range, p, { domain: [box.from / width, box.to / width], showgrid: lines === 0 });
    layout.xaxis2 = { range: [0, width], domain: [0, 1], visible: false, fixedrange: true, anchor: "y" };
    layout.yaxis = { range: [height, 0], visible: false, fixedrange: true };
    layout.shapes = frame(heads, range, height, lines, p);
    layout.annotations = data.margin ? [bandName(range, box, width, p)] : [];
    const shown = `${task.title}, ${reward || "all rewards"}`;
    const deltas = `Forest plot of ${rows.length} deltas with intervals on ${shown}`;
    node.setAttribute("aria-label", `${deltas}; the table below has the same numbers`);
    const traces = [...labels(rows, heads, box, width, lines, p), ...points(rows, p), references(rows, p)];
    return Plotly.react(node, traces, layout, CONFIG);
  }

  // ---- curves

  // Moves the names at the ends of lines apart where they would overlap; values are pixels from the top.
  function apart(places, least, height) {
    const order = places.map((y, n) => ({ y, n })).sort((a, b) => a.y - b.y);
    order.forEach((one, i) => { if (i) one.y = Math.max(one.y, order[i - 1].y + least); });
    const over = Math.max(0, (order.at(-1)?.y ?? 0) - height);
    for (const one of order) one.y -= over;
    return order.sort((a, b) => a.n - b.n).map((one) => one.y);
  }

  function line(curve, n, of, span, p) {
    const color = colour(turn(LINES, curve.style));
    const start = { step: 0, delta: 0, interval: null, says: "step 0: the base itself" };
    const rows = [start, ...curve.points.filter((point) => point.step > 0)];
    // Each curve is shifted slightly sideways, so that whiskers at one step do not cover each other.
    const shift = (n - (of - 1) / 2) * 0.008 * span;
    const symbol = rows.map((_, i) => (i ? turn(SHAPES, curve.style) : "circle"));
    return {
      type: "scatter",
      mode: "lines+markers",
      cliponaxis: false,
      name: escaped(curve.label),
      x: rows.map((row, i) => (i ? row.step + shift : 0)),
      y: rows.map((row) => row.delta),
      line: { color, width: 2, dash: turn(DASHES, curve.style) },
      marker: { color, opacity: 1, size: rows.map((_, i) => (i ? 8 : 5)), symbol, line: { width: 0 } },
      error_y: whiskers(rows, { thickness: 1.25, width: 3, color: faint(color, 0.6) }),
      text: rows.map((row) => `${escaped(curve.label)}<br>${row.says}`),
      hoverinfo: "text",
    };
  }

  function drawCurve(node, curves, range, last, p) {
    const width = node.parentElement.clientWidth;
    const [height, left, bottom, top] = [250, 40, 40, 10];
    const right = Math.min(0.36 * width, Math.max(...curves.map((curve) => widthOf(curve.label, 12))) + 14);
    const span = last * 1.04;
    const layout = layoutOf(p, width, height);
    layout.margin = { l: left, r: right, t: top, b: bottom };
    const title = { text: "step (rollouts)", font: { color: p.soft, size: 12 }, standoff: 6 };
    const zero = { zeroline: true, zerolinecolor: p.soft, zerolinewidth: 1.25 };
    layout.xaxis = axisOf([0, span], p, { nticks: 5, showgrid: false, title });
    layout.yaxis = axisOf(range, p, { nticks: 6, title: { text: "" }, ...zero });
    const inner = height - top - bottom;
    const down = (delta) => ((range[1] - delta) / (range[1] - range[0])) * inner;
    const places = apart(curves.map((curve) => down(curve.points.at(-1).delta)), 15, inner);
    layout.annotations = curves.map((curve, n) => ({
      xref: "paper", x: 1, xanchor: "left", xshift: 6,
      yref: "paper", y: 1 - places[n] / inner, yanchor: "middle", showarrow: false,
      text: fitted(curve.label, 12, right - 10), font: { size: 12, color: colour(turn(LINES, curve.style)) },
    }));
    const traces = curves.map((curve, n) => line(curve, n, curves.length, span, p));
    return Plotly.react(node, traces, layout, CONFIG);
  }

  function drawCurves() {
    const task = data.curves.find((one) => one.task === byId("across-curve").value);
    const points = task.bases.flat().flatMap((curve) => curve.points);
    const range = rangeOf(points.flatMap(ends));
    const last = Math.max(...points.map((point) => point.step));
    const p = palette();
    const charts = panel.querySelectorAll(".curve-grid:not([hidden]) .curve-chart");
    charts.forEach((node, n) => drawCurve(node, task.bases[n], range, last, p));
  }

  // ---- pickers

  function hideOthers(attribute, value) {
    for (const node of panel.querySelectorAll(`[data-${attribute}]`)) {
      node.hidden = value !== "" && node.dataset[attribute] !== value;
    }
  }

  const PICKERS = [
    { id: "across-on", key: "on", show: (value) => hideOthers("on", value) },
    { id: "across-reward", key: "forest", show: (value) => hideOthers("reward", value) },
    { id: "across-curve", key: "curve", show: (value) => hideOthers("curve", value) },
    { id: "across-pair", key: "clean", show: (value) => hideOthers("clean", value) },
  ].map((picker) => ({ ...picker, node: byId(picker.id) })).filter((picker) => picker.node);

  function has(select, value) {
    return value !== null && [...select.options].some((option) => option.value === value);
  }

  // If there are many rows, the first reward is shown until the reader picks; "*" in the address means all.
  const shownTask = () => data.forest.find((task) => task.task === byId("across-on").value);
  const firstReward = () => shownTask()?.first ?? "";

  function inAddress(picker) {
    const isAll = picker.key === "forest" && picker.node.value === "";
    return isAll && firstReward() ? "*" : picker.node.value;
  }

  function fromAddress(picker) {
    const value = state.get(picker.key);
    if (picker.key === "forest") {
      const wanted = value === "*" ? "" : value;
      return has(picker.node, wanted) ? wanted : firstReward();
    }
    return has(picker.node, value) ? value : picker.node.options[0].value;
  }

  // A reward that the picked task lacks would leave an empty chart; the choice then falls back to all.
  function limitRewards() {
    const select = byId("across-reward");
    const rewards = new Set(shownTask().groups.map((group) => group.reward));
    for (const option of select.options) option.disabled = option.value !== "" && !rewards.has(option.value);
    if (select.selectedOptions[0].disabled) select.value = "";
  }

  function show() {
    if (data.forest.length) limitRewards();
    for (const picker of PICKERS) picker.show(picker.node.value);
    draw();
  }

  function draw() {
    if (panel.hidden) return;
    if (data.forest.length) drawForest();
    if (data.curves.length) drawCurves();
  }

  function restore() {
    for (const picker of PICKERS) picker.node.value = fromAddress(picker);
    show();
  }

  function start() {
    for (const node of panel.querySelectorAll(".pickers, #forest-figure")) node.hidden = false;
    for (const picker of PICKERS) {
      picker.node.addEventListener("change", () => {
        show();
        state.set({ [picker.key]: inAddress(picker) });
      });
    }
    document.addEventListener("rlvr:shown", (event) => {
      if ((event.detail.panel.id ?? event.detail.panel) === "across") draw();
    });
    state.onChange(restore);
    restore();
  }

  start();
})();
