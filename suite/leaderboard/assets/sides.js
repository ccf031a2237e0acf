// Both answers of one sample, side by side: their grades and their texts, with differences marked or formulas rendered.
"use strict";
const answerSides = (() => {
  const LONG = 20000, LONG_ANSWER = 300, LONG_ERROR = 2000;
  const OUTCOMES = { correct: "✓", wrong: "✗", unparsed: "∅", truncated: "…", error: "!" };
  const TITLES = { before: "Before", after: "After" };
  const ENDS = { stop: "stopped by itself", length: "reached the token limit" };
  const { compare, cut, el, show } = answerText;

  const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
  // A word with its mark, never a colour alone.
  const marked = (mark, word, kind) => el("span", { className: `mark ${kind}` }, el("span", { ariaHidden: "true", text: mark }), ` ${word}`);

  function facts({ side, model, sample }) {
    const title = el("h4", {}, `${TITLES[side]} `, el("code", { text: model }));
    if (!sample) return [title];
    const answer = sample.extracted === null ? "no answer found" : el("span", {}, "answer ", el("code", { text: cut(sample.extracted, LONG_ANSWER) }));
    const parts = [marked(OUTCOMES[sample.outcome], sample.outcome, sample.outcome), answer];
    if (sample.isPresent) parts.push("the text contains the right answer");
    if (sample.tokens !== null) parts.push(count(sample.tokens, "token"));
    if (sample.finish) parts.push(ENDS[sample.finish]);
    const list = el("ul", { className: "earned" }, ...parts.map((part) => el("li", {}, part)));
    return sample.error ? [title, list, el("p", { className: "small fault", text: cut(sample.error, LONG_ERROR) })] : [title, list];
  }

  // A text, cut if it is long unless `whole` has its key, and the number of its formulas that stay as written.
  function longText(key, label, text, options, whole, redraw) {
    const written = el("div", { className: "written", tabIndex: 0, ariaLabel: label });
    written.setAttribute("role", "region");
    const isCut = text.length > LONG && !whole.has(key);
    const left = show(written, isCut ? cut(text, LONG) : text, options);
    if (!text) written.append(el("em", { text: "no text" }));
    if (!isCut) return { nodes: [written], left };
    const more = el("button", { type: "button", className: "quiet", text: `Show all ${count(text.length, "character")}` });
    more.addEventListener("click", () => { whole.add(key); redraw(); });
    return { nodes: [written, more], left };
  }

  // The note on both texts, and how to show each.
  function together([before, after], view) {
    if (view === "math") return { note: "", ways: [{ math: true }, { math: true }] };
    if (view === "plain" || before === undefined || after === undefined) return { note: "", ways: [{}, {}] };
    if (before === after) return { note: "Both texts are the same.", ways: [{}, {}] };
    const ranges = compare(before, after);
    if (!ranges) return { note: "Differences are not marked: finding them in these texts takes too long.", ways: [{}, {}] };
    return { note: "", ways: [{ ranges: ranges.before, tag: "del" }, { ranges: ranges.after, tag: "ins" }] };
  }

  // Fills the boxes of both sides, each with a text or the reason why it is missing. Returns the note on both.
  function draw(sides, view, whole, redraw) {
    const { note, ways } = together(sides.map(({ text }) => text), view);
    let left = 0;
    sides.forEach((one, n) => {
      const label = `Text ${one.side}`, isMissing = one.text === undefined;
      const shown = isMissing ? { nodes: [el("p", { className: "small fault", text: one.missing })], left: 0 } : longText(one.side, label, one.text, ways[n], whole, redraw);
      left += shown.left;
      one.box.replaceChildren(...facts(one), ...shown.nodes);
    });
    if (left) return left === 1 ? "One formula is shown as written." : `${left} formulas are shown as written.`;
    return note;
  }

  return { count, draw, longText, marked, OUTCOMES };
})();
