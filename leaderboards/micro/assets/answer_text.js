// Shows a text that a model wrote, as text and nothing else. Invisible and direction-changing characters
// become visible marks; changed words, code and formulas are set apart. KaTeX, which the page of a pair loads
// (pair.html.j2), renders formulas. All work is bounded: a text may be crafted to hang the page.
"use strict";
const answerText = (() => {
  const DIFF_MS = 300;
  const MATH_MS = 400;
  const MOST_FORMULAS = 300;
  const LONGEST_FORMULA = 2000;
  const MOST_MARKS = 5000;
  const MOST_BLOCKS = 1000;
  // Control and format characters, unpaired surrogates, separators and invisible ones. An emoji keeps its
  // variation selector.
  const HIDDEN = new RegExp(
    "(?![\\n\\t]|\\uFE0F(?<=\\p{Extended_Pictographic}\\uFE0F))"
      + "([\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}])\\1*",
    "gu",
  );
  const NAMES = {
    0x00: "null",
    0x07: "bell",
    0x08: "backspace",
    0x0B: "vertical tab",
    0x0C: "form feed",
    0x0D: "carriage return",
    0x1B: "escape",
    0x7F: "delete",
    0xAD: "soft hyphen",
    0x200B: "zero-width space",
    0x200C: "zero-width non-joiner",
    0x200D: "zero-width joiner",
    0x200E: "left-to-right mark",
    0x200F: "right-to-left mark",
    0x2028: "line separator",
    0x2029: "paragraph separator",
    0x202A: "left-to-right embedding",
    0x202B: "right-to-left embedding",
    0x202C: "end of direction",
    0x202D: "left-to-right override",
    0x202E: "right-to-left override",
    0x2060: "word joiner",
    0x2066: "left-to-right isolate",
    0x2067: "right-to-left isolate",
    0x2068: "first strong isolate",
    0x2069: "end of isolate",
    0xFEFF: "byte order mark",
  };
  const KATEX = {
    output: "mathml", throwOnError: true, trust: false, strict: "ignore", maxExpand: 200, maxSize: 20,
  };
  const CLOSING = { "$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]" };

  function hiddenName(code) {
    if (code >= 0xD800 && code <= 0xDFFF) return "half a surrogate pair, no character";
    return NAMES[code] || (code < 0xA0 ? "control character" : "invisible character");
  }

  // Shows a run of one hidden character as one mark. Beyond a number of marks they are plain text, which
  // costs the browser less.
  function write(parent, text, marks = { left: MOST_MARKS }) {
    let from = 0, before = "";
    for (const match of text.matchAll(HIDDEN)) {
      const code = match[1].codePointAt(0), times = match[0].length / match[1].length;
      const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
      const shown = `\u27E8${name}${times > 1 ? ` \u00D7${times}` : ""}\u27E9`;
      before += text.slice(from, match.index);
      from = match.index + match[0].length;
      if (marks.left-- <= 0) { before += shown; continue; }
      const mark = document.createElement("span");
      mark.className = "hidden-character";
      mark.title = `${name}, ${hiddenName(code)}`;
      mark.textContent = shown;
      parent.append(before, mark);
      before = "";
    }
    parent.append(before + text.slice(from));
  }

  // An element with properties, a text in which nothing is hidden, and children.
  function el(name, { text, ...props } = {}, ...children) {
    const node = Object.assign(document.createElement(name), props);
    if (text !== undefined) write(node, String(text));
    node.append(...children);
    return node;
  }

  // The first `length` characters, and no half of a surrogate pair at their end.
  function cut(text, length) {
    const isHigh = /[\uD800-\uDBFF]/.test(text.charAt(length - 1));
    const isInside = isHigh && /[\uDC00-\uDFFF]/.test(text.charAt(length));
    return text.slice(0, isInside ? length - 1 : length);
  }

  function codeSpans(text) {
    const spans = [];
    for (const match of text.matchAll(/```[^]*?(?:```|$)/g)) {
      const span = { start: match.index, end: match.index + match[0].length, kind: "code" };
      if (spans.push(span) === MOST_BLOCKS) break;
    }
    return spans;
  }

  // Finds the next place of each closing sign once, so that a million opening signs take no longer than few.
  function finder(text) {
    const next = {};
    return (sign, from) => {
      if (next[sign] === undefined || next[sign] < from) next[sign] = text.indexOf(sign, from);
      if (next[sign] < 0) next[sign] = Infinity;
      return next[sign];
    };
  }

  // "$5 and $6" is no formula: single dollar signs enclose one by Pandoc's rule, or with blanks inside if it
  // has a command.
  function isFormula(text, sign, start, end) {
    const inner = text.slice(start, end);
    if (!inner.trim() || inner.includes("```") || inner.search(HIDDEN) >= 0) return false;
    if (sign !== "$") return true;
    if (/\\$|\n\s*\n/.test(inner) || /\d/.test(text.charAt(end + 1))) return false;
    return !/^\s|\s$/.test(inner) || /\\[a-z]/i.test(inner);
  }

  function formulaSpans(text, code) {
    const spans = [], find = finder(text), opening = /\\\\|\\\$|\$\$?|\\\(|\\\[/g;
    let fence = 0;
    for (let match = opening.exec(text); match && spans.length < MOST_FORMULAS; match = opening.exec(text)) {
      const sign = match[0], start = match.index + sign.length;
      while (fence < code.length && code[fence].end <= match.index) fence += 1;
      if (code[fence]?.start <= match.index) { opening.lastIndex = code[fence].end; continue; }
      if (!(sign in CLOSING)) continue;
      const end = find(CLOSING[sign], start);
      if (end - start > LONGEST_FORMULA || !isFormula(text, sign, start, end)) continue;
      opening.lastIndex = end + sign.length;
      const displayMode = sign === "$$" || sign === "\\[";
      const tex = text.slice(start, end);
      spans.push({ start: match.index, end: opening.lastIndex, kind: "formula", tex, displayMode });
    }
    return spans;
  }

  // The formula as MathML; null if KaTeX cannot read it or would insert a hidden character by its number.
  function formula(span) {
    const out = document.createElement("span");
    out.className = span.displayMode ? "formula display" : "formula";
    try {
      katex.render(span.tex, out, { ...KATEX, displayMode: span.displayMode });
    } catch { // whatever a hostile formula breaks in there
      return null;
    }
    const drawn = out.textContent.replace(/[\u200B\u2061-\u2064]/g, ""); // KaTeX's own
    return drawn.search(HIDDEN) < 0 ? out : null;
  }

  // The differences of two texts, as ranges of each; null if finding them takes too long.
  function compare(before, after) {
    const parts = Diff.diffWordsWithSpace(before, after, { timeout: DIFF_MS });
    if (!parts) return null;
    const ranges = { before: [], after: [] }, place = { before: 0, after: 0 };
    const add = (side, length, isChange) => {
      const last = ranges[side].at(-1), start = place[side];
      place[side] += length;
      if (!isChange || !length) return;
      if (last?.end === start) last.end = place[side];
      else ranges[side].push({ start, end: place[side] });
    };
    parts.forEach((part, n) => {
      // White space between two changed words is part of the change: a changed sentence reads as one.
      const isChange = part.added || part.removed || (n > 0 && n < parts.length - 1 && !part.value.trim());
      if (!part.added) add("before", part.value.length, isChange);
      if (!part.removed) add("after", part.value.length, isChange);
    });
    return ranges;
  }

  // Appends text[start, end), the changed parts of it inside elements of the name `tag`.
  function writeChanges(parent, text, start, end, changes, tag, marks) {
    for (; changes.at < changes.all.length && changes.all[changes.at].start < end; changes.at += 1) {
      const change = changes.all[changes.at];
      const from = Math.max(start, change.start);
      const to = Math.min(end, change.end);
      write(parent, text.slice(start, from), marks);
      const part = document.createElement(tag);
      write(part, text.slice(from, to), marks);
      parent.append(part);
      start = to;
      if (change.end > end) break; // goes on in the next span
    }
    write(parent, text.slice(start, end), marks);
  }

  // Shows `text` in `element`: with formulas, or with `ranges` inside elements of the name `tag`. Returns how
  // many formulas stay as they are written.
  function show(element, text, { math = false, ranges = [], tag = "ins" } = {}) {
    const code = codeSpans(text), formulas = math ? formulaSpans(text, code) : [];
    const spans = [...code, ...formulas].sort((a, b) => a.start - b.start);
    const marks = { left: MOST_MARKS }, changes = { all: ranges, at: 0 }, until = performance.now() + MATH_MS;
    const page = document.createDocumentFragment();
    let at = 0, left = 0;
    for (const span of spans) {
      writeChanges(page, text, at, span.start, changes, tag, marks);
      at = span.end;
      const drawn = span.kind === "formula" && performance.now() < until ? formula(span) : null;
      if (drawn) {
        page.append(drawn);
        if (span.displayMode && text.charAt(at) === "\n") at += 1; // it is on lines of its own already
        continue;
      }
      left += span.kind === "formula";
      const plain = document.createElement(span.kind === "code" ? "code" : "span");
      writeChanges(plain, text, span.start, span.end, changes, tag, marks);
      page.append(plain);
    }
    writeChanges(page, text, at, text.length, changes, tag, marks);
    element.replaceChildren(page);
    return left;
  }

  return { compare, cut, el, show };
})();
