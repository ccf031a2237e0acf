// The heatmap as it is shown, as a table in Markdown or LaTeX; and the link to the view.
"use strict";
const copying = (() => {
  const LATEX = {
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "|": "\\textbar{}",
    "<": "\\textless{}",
    ">": "\\textgreater{}",
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "◆": "$\\diamond$",
    "·": "$\\cdot$",
    "−": "$-$",
    "†": "$\\dagger$",
    "‡": "$\\ddagger$",
    "≈": "$\\approx$",
  };
  const MARKDOWN_KEY = "▲ gain, ▼ loss, ≈ equivalent, ? inconclusive, ‡ not after Holm.";
  const LATEX_KEY =
    "Bold: gain; italic: loss; $\\approx$: equivalent; ?: inconclusive; $\\ddagger$: not after Holm.";
  const main = document.getElementById("main");
  const single = (node) => node.textContent.replace(/\s+/g, " ").trim();
  const inMarkdown = (text) => text.replace(/[\\`*_{}[\]<>|~#&]/g, "\\$&");
  const LATEX_SIGNS = /[\\~^|<>[\]*◆·−†‡≈&%$#_{}]/g;
  const inLatex = (text) => text.replace(LATEX_SIGNS, (sign) => LATEX[sign] ?? `\\${sign}`);

  // What a cell shows: a value with its interval and marks, or words; plus published figures if shown.
  function read(cell) {
    if (cell.matches(".out")) return { words: "", papers: [] };
    const papers = "published" in main.dataset ? [...cell.querySelectorAll(".paper")].map(single) : [];
    const way = cell.querySelector(`.way-${main.dataset.show}`);
    const value = way?.querySelector("b");
    if (!value) return { words: single(way || cell.querySelector(".hole, a > span")), papers };
    const finding = main.dataset.show === "delta" ? single(way.querySelector("span")) : "";
    const marks = finding.replace(/[a-z]+/g, " ").trim().split(/\s+/).filter(Boolean);
    return { value: value.textContent, interval: way.querySelector("i").textContent, finding, marks, papers };
  }

  function readTable(panel) {
    const table = panel.querySelector(".heatmap");
    const shown = (cells) => [...cells].filter((cell) => !cell.hidden);
    const [corner, ...columns] = shown([...table.tHead.rows].at(-1).cells).map(single);
    const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) => shown(row.cells));
    const rowOf = ([head, ...cells]) => ({
      label: [...head.children].map(single).join(", "),
      cells: cells.map(read),
    });
    return {
      corner,
      columns,
      title: table.dataset.title,
      items: table.dataset.items,
      isDelta: main.dataset.show === "delta",
      what: single(panel.querySelector(`.map h3 .way-${main.dataset.show}`)),
      rows: rows.map(rowOf),
    };
  }

  // The caption without its title: how many items, which values, and for deltas the key to their marks.
  function captionOf({ items, what, isDelta }, key) {
    const caption = `(${items} items): ${what}, in percentage points with interval.`;
    return isDelta ? `${caption} ${key}` : caption;
  }

  function markdownCell({ words, value, interval, marks, papers }) {
    const content = words === undefined ? [value, interval, ...marks] : [inMarkdown(words)];
    return [...content, ...papers.map((paper) => `(${paper})`)].filter(Boolean).join(" ");
  }

  function markdown(panel) {
    const table = readTable(panel);
    const line = (parts) => `| ${parts.join(" | ")} |`;
    return [
      `**${inMarkdown(table.title)}** ${captionOf(table, MARKDOWN_KEY)}`,
      "",
      line([table.corner, ...table.columns.map(inMarkdown)]),
      line([":---", ...table.columns.map(() => "---:")]),
      ...table.rows.map(({ label, cells }) => line([inMarkdown(label), ...cells.map(markdownCell)])),
    ].join("\n") + "\n";
  }

  const minus = (text) => text.replaceAll("−", "-");

  function latexValue(value, finding) {
    if (finding.includes("gain")) return `\\textbf{${value}}`;
    if (finding.includes("loss")) return `\\textit{${inLatex(value)}}`;
    return `$${minus(value)}$`;
  }

  function latexNumber({ value, interval, finding, marks }) {
    const range = interval.startsWith("[") ? `$${minus(interval)}$` : interval;
    const after = marks.filter((mark) => !"▲▼".includes(mark)).map(inLatex);
    return [latexValue(value, finding), `{\\scriptsize ${range}}`, ...after].join(" ");
  }

  function latexCell(cell) {
    const isNumber = cell.words === undefined;
    const content = isNumber ? latexNumber(cell) : inLatex(cell.words.replace(/^[⊘∅] /, ""));
    return [content, ...cell.papers.map((paper) => `(${inLatex(paper)})`)].join(" ");
  }

  function latex(panel) {
    const table = readTable(panel);
    const line = (parts) => `${parts.join(" & ")} \\\\`;
    return [
      "% \\usepackage{booktabs}", "\\begin{table}", "\\centering",
      `\\caption{${inLatex(table.title)} ${captionOf(table, LATEX_KEY)}}`,
      `\\begin{tabular}{l${"r".repeat(table.columns.length)}}`, "\\toprule",
      line([table.corner, ...table.columns.map(inLatex)]), "\\midrule",
      ...table.rows.map(({ label, cells }) => line([inLatex(label), ...cells.map(latexCell)])),
      "\\bottomrule", "\\end{tabular}", "\\end{table}",
    ].join("\n") + "\n";
  }

  // Some browsers deny the clipboard to pages opened from disk.
  function copyBySelection(text) {
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "sr" });
    const focused = document.activeElement;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    focused.focus();
    return done;
  }

  async function copy(text, name) {
    let done = true;
    try { await navigator.clipboard.writeText(text); } catch { done = copyBySelection(text); }
    const status = document.getElementById("said");
    const refusal = `This browser does not allow copying; ${name} was not copied.`;
    status.textContent = done ? `${name} copied.` : refusal;
    setTimeout(() => { status.textContent = ""; }, 4000);
  }

  // Connects the buttons that copy; `current` returns the open panel.
  function start(current) {
    const made = {
      markdown: () => copy(markdown(current()), "Markdown table"),
      latex: () => copy(latex(current()), "LaTeX table"),
      link: () => copy(location.href, "Link"),
    };
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.addEventListener("click", made[button.dataset.copy]);
    }
  }

  return { start };
})();
