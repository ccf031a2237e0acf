// Both answers to one item, side by side: the list of items, the chosen item, and its two answers. The page's
// address holds the choice: `#show=broken&q=apples&item=12&sample=3&after=<checkpoint>&view=math`.
"use strict";
(() => {
  const PAGE = 50, TITLE = 200, SEARCH_MS = 200;
  const MARKS = { fixed: "▲", broken: "▼", unchanged: "=" };
  const FILTERS = {
    all: "All", fixed: "Fixed", broken: "Broken", unchanged: "Unchanged",
    unparsed: "Unparsed", truncated: "Truncated", error: "Error",
  };
  const VIEWS = ["diff", "math", "plain"];
  const { cut, el } = answerText, { count, longText, marked, OUTCOMES } = answerSides;
  const byId = (id) => document.getElementById(`answers-${id}`);
  const data = JSON.parse(byId("data").textContent);
  const load = (name) => rlvrAnswers.load(data.folder, name);

  let items = []; // of the base
  let arms = {}; // side -> { name, index, texts(part) }
  let entries = []; // all
  let found = null; // those that the search found; null without a search
  let listed = []; // those that the list holds
  let show = "all", words = "", view = "diff", checkpoint = 0, wanted = 0, shownRows = PAGE;
  let chosen = null, sample = 0, isWrapped = true;
  let isPicked = false; // by the reader or by a link, so that it stays whatever the list holds
  const whole = new Set(); // texts to show in full, however long

  const change = (entry) => marked(MARKS[entry.change], entry.change, entry.change);
  const scoreOf = ({ was, is }) => `${was.correct}/${was.k} → ${is.correct}/${is.k}`;
  const current = () => entries.filter((one) => (!found || found.has(one)));

  // ---- which items

  function drawFilters() {
    const here = current();
    const buttons = Object.entries(FILTERS).flatMap(([key, label]) => {
      const n = here.filter((one) => pairing.isIn(one, key)).length;
      if (key === "error" && show !== key && !entries.some((one) => one.error)) return [];
      const button = el("button", { type: "button", ariaPressed: String(show === key) });
      if (MARKS[key]) button.append(el("span", { ariaHidden: "true", text: MARKS[key] }), " ");
      button.append(`${label} `, el("span", { className: "count", text: n.toLocaleString("en") }));
      button.dataset.show = key;
      return [button];
    });
    const had = document.activeElement?.dataset.show;
    byId("filters").replaceChildren(...buttons);
    if (had) byId("filters").querySelector(`[data-show="${had}"]`)?.focus();
  }

  function row(entry) {
    const line = entry.item.problem.trim().split("\n", 1)[0];
    const score = el("span", { className: "score", text: scoreOf(entry) });
    const id = el("bdi", { className: "id", text: cut(entry.item.id, 40) });
    const question = el("bdi", { className: "question", text: cut(line, TITLE) });
    const button = el("button", { type: "button" }, change(entry), score, id, question);
    if (entry === chosen) button.ariaCurrent = "true";
    return el("li", {}, button);
  }

  function drawList() {
    const hadFocus = byId("list").contains(document.activeElement);
    listed = current().filter((one) => pairing.isIn(one, show));
    if (!listed.includes(chosen) && !(chosen && isPicked)) chooseFirst();
    shownRows = Math.max(shownRows, Math.ceil((listed.indexOf(chosen) + 1) / PAGE) * PAGE);
    byId("list").replaceChildren(...listed.slice(0, shownRows).map(row));
    if (hadFocus) buttonOf(chosen)?.focus({ preventScroll: true });
    drawMore();
    drawSteps();
    drawFilters();
    const held = listed.length ? `${count(listed.length, "item")}.` : "No item matches.";
    const left = items.length - entries.length;
    const note = ` ${count(left, "item")} of the base alone ${left === 1 ? "is" : "are"} left out.`;
    byId("status").textContent = left ? held + note : held;
  }

  // Draws the list that the reader chose instead, from its top.
  function drawNewList() {
    [shownRows, isPicked] = [PAGE, false];
    drawList();
    byId("items").scrollTop = 0;
    bringIntoView();
  }

  function chooseFirst() {
    if (state.get("item")) state.set({ item: null, sample: null });
    // Readers come for what changed.
    choose(listed.find((one) => one.change !== "unchanged") || listed[0] || null);
  }

  function drawMore() {
    const left = listed.length - shownRows;
    byId("more").hidden = left <= 0;
    byId("more").textContent = `Show ${Math.min(PAGE, left)} more of ${left.toLocaleString("en")}`;
  }

  function showMore() {
    byId("list").append(...listed.slice(shownRows, shownRows + PAGE).map(row));
    shownRows += PAGE;
    drawMore();
  }

  function drawSteps() {
    const at = listed.indexOf(chosen);
    byId("previous").disabled = at <= 0;
    byId("next").disabled = at >= listed.length - 1;
  }

  const buttonOf = (entry) => byId("list").children[listed.indexOf(entry)]?.firstChild;

  // Scrolls the list, and never the page.
  function bringIntoView() {
    const button = buttonOf(chosen), list = byId("items");
    if (!button) return;
    const [item, frame] = [button.getBoundingClientRect(), list.getBoundingClientRect()];
    if (item.top < frame.top) list.scrollTop -= frame.top - item.top;
    else if (item.bottom > frame.bottom) list.scrollTop += item.bottom - frame.bottom;
  }

  function move(step, isFocused) {
    const at = listed.indexOf(chosen) + step;
    if (at < 0 || at >= listed.length) return;
    while (at >= shownRows) showMore();
    pick(listed[at]);
    if (isFocused) buttonOf(chosen).focus({ preventScroll: true });
    bringIntoView();
  }

  function find(query) {
    words = query.trim();
    found = null;
    byId("progress").textContent = "";
    if (!words) return;
    const [searchedWords, searchedEntries] = [words, entries];
    const isWanted = () => words === searchedWords && entries === searchedEntries;
    pairing.search(entries, arms, words, isWanted, (hits, done, files, faults) => {
      const isNews = !found || found.size !== hits.size;
      found = new Set(hits);
      const missing = faults ? `, ${count(faults, "file")} of answers missing` : "";
      const progress = `searching answers: ${done} of ${files} files`;
      byId("progress").textContent = done < files ? progress : `searched all answers${missing}`;
      if (isNews && done) drawList(); // the caller draws the first hits
    });
  }

  // ---- one item

  // The sample that shows best what changed: the first on which only the better arm is right or, for an
  // unchanged item, on which the arms differ.
  function tellingSample({ places, change: way }) {
    const isRight = (one) => one.outcome === "correct";
    const rights = (side) => pairing.samples(arms[side].index, places[side]).map(isRight);
    const [was, is] = [rights("before"), rights("after")];
    const n = was.findIndex((right, at) => {
      if (way === "fixed") return !right && is[at];
      if (way === "broken") return right && !is[at];
      return right !== is[at];
    });
    return Math.max(0, n);
  }

  function choose(entry, at = entry ? tellingSample(entry) : 0) {
    buttonOf(chosen)?.removeAttribute("aria-current");
    [chosen, sample] = [entry, at];
    whole.clear();
    buttonOf(chosen)?.setAttribute("aria-current", "true");
    byId("detail").hidden = !chosen;
    if (chosen) drawItem();
  }

  function pick(entry) {
    choose(entry);
    isPicked = true;
    drawSteps();
    state.set({ item: entry.item.id, sample: null });
  }

  function drawItem() {
    const { item } = chosen;
    const id = el("bdi", { text: item.id });
    const score = el("span", { className: "score", text: scoreOf(chosen) });
    byId("item").replaceChildren("Item ", id, " ", change(chosen), " ", score);

    function long(key, label, options) {
      return el("dd", {}, ...longText(key, label, item[key], options, whole, drawItem).nodes);
    }
    const parts = [["Question", long("problem", "Question", { math: view !== "plain" })]];
    if (item.continuation) parts.push(["Hidden rest", long("continuation", "Hidden rest", {})]);
    parts.push(["Right answer", el("dd", { className: "gold", text: cut(item.answer, 2000) })]);
    if (item.steps) parts.push(["Steps", el("dd", { text: item.steps })]);
    const rows = parts.map(([label, value]) => el("div", {}, el("dt", { text: label }), value));
    byId("question").replaceChildren(...rows);
    drawSamples();
    drawSides();
  }

  const samplesOf = (side) => pairing.samples(arms[side].index, chosen.places[side]);

  function drawSamples() {
    const [was, is] = [samplesOf("before"), samplesOf("after")];
    const k = Math.max(was.length, is.length), strip = byId("samples");
    strip.hidden = k === 1;
    if (k === 1) return;

    function cell(one) {
      const text = one ? OUTCOMES[one.outcome] : "–";
      return el("span", { className: `mark ${one?.outcome || ""}`, ariaHidden: "true", text });
    }

    function sampleButton(n) {
      const outcomes = [was[n], is[n]].map((one) => one?.outcome || "not drawn");
      const label = `Sample ${n + 1}: before ${outcomes[0]}, after ${outcomes[1]}`;
      const props = { type: "button", ariaLabel: label, title: label, ariaPressed: String(n === sample) };
      const button = el("button", props, el("span", { text: n + 1 }), cell(was[n]), cell(is[n]));
      button.dataset.sample = n;
      return button;
    }

    const heads = ["Sample", "Before", "After"].map((text) => el("span", { text }));
    const labels = el("div", { className: "labels", ariaHidden: "true" }, ...heads);
    strip.replaceChildren(labels, ...Array.from({ length: k }, (_, n) => sampleButton(n)));
  }

  // ---- both answers

  async function textsOf(side, entry) {
    const { index, texts } = arms[side], place = entry.places[side], part = pairing.partOf(index, place);
    return (await texts(part))[place - index.starts[part]];
  }

  async function drawSides() {
    const [entry, n, readArms] = [chosen, sample, arms];
    const read = await Promise.allSettled([textsOf("before", entry), textsOf("after", entry)]);
    const isCurrent = entry === chosen && n === sample && readArms === arms;
    if (!isCurrent) return; // the reader has turned to another one meanwhile
    const sides = ["before", "after"].map((side, at) => ({
      box: byId(side === "after" ? "afterwards" : side),
      side,
      model: arms[side].name,
      sample: samplesOf(side)[n],
      text: read[at].value?.[n],
      missing: read[at].reason?.message || "This sample was not drawn.",
    }));
    byId("note").textContent = answerSides.draw(sides, view, whole, drawSides);
  }

  // ---- what the reader does

  function drawView() {
    for (const button of document.querySelectorAll("#answers [data-view]")) {
      button.ariaPressed = String(button.dataset.view === view);
    }
    byId("wrap").ariaPressed = String(isWrapped);
    byId("detail").classList.toggle("unwrapped", !isWrapped);
  }

  function setSample(n) {
    sample = n;
    byId("samples").querySelectorAll("button").forEach((button, at) => {
      button.ariaPressed = String(at === n);
    });
    whole.clear();
    state.set({ item: chosen.item.id, sample: n + 1 });
    drawSides();
  }

  const on = (id, kind, act) => byId(id).addEventListener(kind, act);
  const clicked = (event, key) => event.target.closest(`[data-${key}]`)?.dataset[key];

  function listenToClicks() {
    on("filters", "click", (event) => {
      const picked = clicked(event, "show");
      if (!picked) return;
      show = picked;
      state.set({ show: show === "all" ? null : show });
      drawNewList();
    });
    on("list", "click", (event) => {
      const line = event.target.closest("li");
      if (line) pick(listed[[...byId("list").children].indexOf(line)]);
    });
    on("more", "click", () => {
      const first = shownRows;
      showMore();
      byId("list").children[first].firstChild.focus();
    });
    on("previous", "click", () => move(-1, false));
    on("next", "click", () => move(1, false));
    on("samples", "click", (event) => { const n = clicked(event, "sample"); if (n) setSample(Number(n)); });
    on("detail", "click", (event) => {
      const picked = clicked(event, "view");
      if (!picked) return;
      view = view === picked ? "plain" : picked;
      state.set({ view: view === "diff" ? null : view });
      drawView();
      drawItem();
    });
    on("wrap", "click", () => { isWrapped = !isWrapped; drawView(); });
    on("after", "change", async () => {
      state.set({ after: data.after[byId("after").selectedIndex].name, sample: null });
      await apply();
    });
  }

  function listenToKeys() {
    let timer = 0;
    on("search", "input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        find(byId("search").value);
        state.set({ q: words });
        drawNewList();
      }, SEARCH_MS);
    });
    on("search", "keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // a browser would empty the field
      (buttonOf(chosen) || byId("filters").firstChild).focus();
    });
    addEventListener("keydown", (event) => {
      const isTyping = event.target.closest?.("input, select, textarea, [contenteditable]");
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
      const isInList = byId("list").contains(event.target);
      // Letters work anywhere on the page; arrows only in the list, because elsewhere they scroll.
      const isOfPage = event.key.length === 1 && byId("body").contains(event.target);
      if (event.key === "/") byId("search").focus();
      else if (step && (isInList || isOfPage)) move(step, isInList);
      else return;
      event.preventDefault();
    });
  }

  // ---- the view in the address

  async function arm(side, { name, cell }) {
    return { side, name, index: await load(cell), texts: (part) => load(`${cell}-${part}`) };
  }

  async function setArms(at) {
    wanted = at;
    if (arms.after && at === checkpoint) return;
    const loaded = { before: await arm("before", data.before), after: await arm("after", data.after[at]) };
    if (at !== wanted) return; // the reader picked another checkpoint meanwhile
    [arms, checkpoint] = [loaded, at];
    entries = pairing.pair(arms.before.index, arms.after.index, items);
    byId("after").selectedIndex = at;
  }

  // Brings the page to the view that the address names; unknown values are ignored.
  async function apply() {
    const id = state.get("item"), at = data.after.findIndex(({ name }) => name === state.get("after"));
    try {
      await setArms(Math.max(0, at));
    } catch (fault) {
      byId("body").hidden = true;
      byId("status").textContent = fault.message;
      return;
    }
    byId("body").hidden = false;
    show = Object.hasOwn(FILTERS, state.get("show") || "") ? state.get("show") : "all";
    view = VIEWS.includes(state.get("view")) ? state.get("view") : "diff";
    byId("search").value = state.get("q") || "";
    drawView();
    find(byId("search").value);
    const isAsked = (one) => one.item.id === id, isSame = (one) => one.item === chosen?.item;
    const entry = entries.find(isAsked) || entries.find(isSame) || null, n = Number(state.get("sample"));
    const k = Math.max(arms.before.index.k, arms.after.index.k);
    choose(entry, Number.isInteger(n) && n >= 1 && n <= k ? n - 1 : undefined);
    isPicked = entry?.item.id === id;
    drawList();
    bringIntoView();
  }

  async function start() {
    if (!rlvrAnswers.isSupported) {
      byId("status").textContent =
        "This browser cannot unpack the answers: it has no DecompressionStream. "
        + "Use Chrome 80, Firefox 113, Safari 16.4 or later.";
      return;
    }
    byId("status").textContent = "Loading the answers…";
    // An option holds text only, so the mark of a hidden character becomes plain text in it.
    const optionOf = ({ name }) => el("option", { textContent: el("span", { text: name }).textContent });
    byId("after").replaceChildren(...data.after.map(optionOf));
    byId("checkpoints").hidden = data.after.length === 1;
    try {
      items = await load(data.before.items);
    } catch (fault) {
      byId("status").textContent = fault.message;
      return;
    }
    await apply();
    listenToClicks();
    listenToKeys();
    state.onChange(apply);
    if (state.get("item") && chosen) byId("detail").scrollIntoView();
  }

  start();
})();
