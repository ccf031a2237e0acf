// The chart of accuracies before and after, for the deltas that are shown: drawn when it comes into view.
"use strict";
const arms = (() => {
  const FEW = 24; // pairs that are drawn before the reader asks for all
  const ROW = 26; // pixels
  const { CONFIG, FONT, escaped } = plots;
  const unfolded = new Set();
  const watched = new Map(); // figure -> how to draw it
  const watcher = new IntersectionObserver((seen) => seen.forEach(({ isIntersecting, target }) => {
    if (!isIntersecting) return;
    watcher.unobserve(target);
    watched.get(target)();
  }), { rootMargin: "300px" });

  // The page's colours in the current theme.
  function palette() {
    const probe = document.body.appendChild(document.createElement("span"));
    const colours = {};
    for (const name of ["ink", "soft", "line", "ground", "raised", "accent"]) {
      probe.style.color = `var(--${name})`;
      colours[name] = getComputedStyle(probe).color;
    }
    probe.remove();
    return colours;
  }

  function arm(pairs, key, shift, marker, p) {
    const bound = (side) => pairs.map((pair) => Math.abs((pair[key][side] ?? pair[key][0]) - pair[key][0]));
    const whiskers = { type: "data", symmetric: false, array: bound(2), arrayminus: bound(1) };
    return {
      type: "scatter",
      mode: "markers",
      name: key,
      x: pairs.map((pair) => pair[key][0]),
      y: pairs.map((_, i) => i + shift),
      marker,
      error_x: { ...whiskers, thickness: 1.25, width: 3, color: p.soft },
      text: pairs.map((pair) => `${pair.pair}<br>${key}: ${pair[key][0].toFixed(1)}%`),
      hoverinfo: "text",
    };
  }

  function layout(pairs, p, width) {
    const axis = { fixedrange: true, automargin: true };
    const ticks = {
      tickmode: "array", tickangle: 0,
      tickvals: pairs.map((_, i) => i), ticktext: pairs.map(({ pair }) => pair),
    };
    const font = { family: FONT, color: p.ink };
    return {
      width,
      height: 90 + ROW * pairs.length,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      dragmode: false,
      font: { ...font, size: 13 },
      margin: { l: 10, r: 16, t: 36, b: 8 },
      showlegend: true,
      legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", itemclick: false, itemdoubleclick: false },
      hoverlabel: { align: "left", bgcolor: p.raised, bordercolor: p.line, font },
      xaxis: {
        ...axis, title: { text: "accuracy, %", font: { color: p.soft } },
        rangemode: "tozero", gridcolor: p.line, zerolinecolor: p.line,
      },
      yaxis: {
        ...axis, type: "linear", ...ticks,
        showgrid: false, zeroline: false, ticks: "", range: [pairs.length - 0.4, -0.6], ticklabelstandoff: 8,
      },
    };
  }

  function plot(node, pairs) {
    const p = palette();
    const join = {
      type: "scatter", mode: "lines", x: [], y: [], line: { color: p.soft, width: 2.5 },
      hoverinfo: "skip", showlegend: false,
    };
    pairs.forEach((pair, i) => {
      join.x.push(pair.before[0], pair.after[0], null);
      join.y.push(i - 0.13, i + 0.13, null);
    });
    const ring = { size: 10, color: p.ground, line: { color: p.ink, width: 2 } };
    const before = arm(pairs, "before", -0.13, ring, p);
    const after = arm(pairs, "after", 0.13, { size: 11, color: p.accent, symbol: "diamond" }, p);
    const width = Math.max(node.parentElement.clientWidth, 560);
    return Plotly.react(node, [join, before, after], layout(pairs, p, width), CONFIG);
  }

  // Redraws a panel's chart once it is in view; `entries` are the shown deltas.
  function draw(panel, entries) {
    const figure = panel.querySelector(".before-after");
    if (!figure) return;
    const cells = [...panel.querySelectorAll(".heatmap tbody td")];
    const titles = new Map(cells.map((cell) => [cell.dataset.d, escaped(heatmap.title(cell))]));
    const measured = entries.filter(({ before }) => before);
    const pairs = measured.map((entry) => ({ ...entry, pair: titles.get(String(entry.place)) }));
    const isFolded = pairs.length > FEW && !unfolded.has(panel);
    figure.hidden = !pairs.length;
    const more = figure.querySelector(".more");
    more.hidden = pairs.length <= FEW;
    more.textContent = isFolded ? `Show all ${pairs.length} pairs` : `Show the first ${FEW} pairs`;
    more.onclick = () => {
      if (isFolded) unfolded.add(panel);
      else unfolded.delete(panel);
      draw(panel, entries);
    };
    watched.set(figure, () => plot(figure.querySelector(".arms"), isFolded ? pairs.slice(0, FEW) : pairs));
    watcher.unobserve(figure);
    if (pairs.length) watcher.observe(figure);
  }

  return { draw };
})();
