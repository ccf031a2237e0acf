// Both answers of one sample, side by side: their grades and their texts, with differences marked or formulas
// rendered.
"use strict";
const answerSides = (() => {
  const LONG = 20000, LONG_ANSWER = 300, LONG_ERROR = 2000;
  const OUTCOMES = { correct: "✓", wrong: "✗", unparsed: "∅", truncated: "…", error: "!" };
  const TITLES = { before: "Before", after: "After" };
  const ENDS = { stop: "stopped by itself", length: "reached the token limit" };
  const { compare, cut, el, show } = answerText;

  const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
  // A word with its mark, never a colour alone.
  function marked(mark, word, kind) {
    const sign = el("span", { ariaHidden: "true", text: mark });
    return el("span", { className: `mark ${kind}` }, sign, ` ${word}`);
  }

  const faultLine = (text) => el("p", { className: "small fault", text });

  function answerOf(sample) {
    if (sample.extracted === null) return "no answer found";
    return el("span", {}, "answer ", el("code", { text: cut(sample.extracted, LONG_ANSWER) }));
  }

  function facts({ side, model, sample }) {
    const title = el("h4", {}, `${TITLES[side]} `, el("code", { text: model }));
    if (!sample) return [title];
    const parts = [marked(OUTCOMES[sample.outcome], sample.outcome, sample.outcome), answerOf(sample)];
    if (sample.isPresent) parts.push("the text contains the right answer");
    if (sample.tokens !== null) parts.push(count(sample.tokens, "token"));
    if (sample.finish) parts.push(ENDS[sample.finish]);
    const list = el("ul", { className: "earned" }, ...parts.map((part) => el("li", {}, part)));
    return sample.error ? [title, list, faultLine(cut(sample.error, LONG_ERROR))] : [title, list];
  }

  // A text, cut if it is long unless `whole` has its key, and the number of its formulas that stay as
  // they are written.
  function longText(key, label, text, options, whole, redraw) {
    const written = el("div", { className: "written", tabIndex: 0, ariaLabel: label });
    written.setAttribute("role", "region");
    const isCut = text.length > LONG && !whole.has(key);
    const left = show(written, isCut ? cut(text, LONG) : text, options);
    if (!text) written.append(el("em", { text: "no text" }));
    if (!isCut) return { nodes: [written], left };
    const wording = `Show all ${count(text.length, "character")}`;
    const more = el("button", { type: "button", className: "quiet", text: wording });
    more.addEventListener("click", () => {
      whole.add(key);
      redraw();
    });
    return { nodes: [written, more], left };
  }

  // The note on both texts, and how to show each.
  function together([before, after], view) {
    if (view === "math") return { note: "", ways: [{ math: true }, { math: true }] };
    if (view === "plain" || before === undefined || after === undefined) return { note: "", ways: [{}, {}] };
    if (before === after) return { note: "Both texts are the same.", ways: [{}, {}] };
    const ranges = compare(before, after);
    if (!ranges) {
      const note = "Differences are not marked: finding them in these texts takes too long.";
      return { note, ways: [{}, {}] };
    }
    return { note: "", ways: [{ ranges: ranges.before, tag: "del" }, { ranges: ranges.after, tag: "ins" }] };
  }

  // Fills the boxes of both sides, each with a text or the reason why it is missing; returns the note.
  function draw(sides, view, whole, redraw) {
    const { note, ways } = together(sides.map(({ text }) => text), view);
    let left = 0; // formulas that stay as they are written
    sides.forEach((answer, n) => {
      let nodes = [faultLine(answer.missing)];
      if (answer.text !== undefined) {
        const shown = longText(answer.side, `Text ${answer.side}`, answer.text, ways[n], whole, redraw);
        nodes = shown.nodes;
        left += shown.left;
      }
      answer.box.replaceChildren(...facts(answer), ...nodes);
    });
    if (left === 1) return "One formula is shown as written.";
    if (left) return `${left} formulas are shown as written.`;
    return note;
  }

  return { count, draw, longText, marked, OUTCOMES };
})();
