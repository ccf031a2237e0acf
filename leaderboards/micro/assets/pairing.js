// The matched items of two cells, and those that a search finds. Arms may have the same items in different
// order and under different ids: items are matched by hash.
"use strict";
const pairing = (() => {
  const FINISHED = { s: "stop", l: "length" };

  // If an item occurs twice in a cell, its first occurrence matches the other cell's first, and so on.
  function keys(hashes) {
    const seen = new Map();
    return hashes.map((hash) => {
      const nth = seen.get(hash) || 0;
      seen.set(hash, nth + 1);
      return `${hash} ${nth}`;
    });
  }

  const outcomeAt = (index, place) => index.outcomes[index.outcome.charAt(place)];

  // The samples of the item at `place`.
  function samples(index, place) {
    return Array.from({ length: index.k }, (_, n) => {
      const at = place * index.k + n;
      return {
        outcome: outcomeAt(index, at),
        isPresent: index.present.charAt(at) === "1",
        extracted: index.extracted[at],
        finish: FINISHED[index.finish.charAt(at)],
        tokens: index.tokens[at],
        error: index.errors[at],
      };
    });
  }

  function tally(index, place) {
    const out = { k: index.k, correct: 0, unparsed: 0, truncated: 0, error: 0, wrong: 0 };
    for (let at = place * index.k; at < (place + 1) * index.k; at += 1) out[outcomeAt(index, at)] += 1;
    return out;
  }

  // The accuracies are compared as shares, because the arms may differ in k.
  function changeOf(was, is) {
    const more = is.correct * was.k - was.correct * is.k;
    if (more > 0) return "fixed";
    return more < 0 ? "broken" : "unchanged";
  }

  function entry(before, after, item, places) {
    const was = tally(before, places.before);
    const is = tally(after, places.after);
    const any = (outcome) => was[outcome] + is[outcome] > 0;
    return {
      item, places, was, is, change: changeOf(was, is),
      unparsed: any("unparsed"), truncated: any("truncated"), error: any("error"),
    };
  }

  // One entry for each item that both arms have, in the order of the base.
  function pair(before, after, items) {
    const others = new Map(keys(after.hashes).map((key, place) => [key, place]));
    return keys(before.hashes).flatMap((key, place) =>
      others.has(key) ? [entry(before, after, items[place], { before: place, after: others.get(key) })] : []);
  }

  const isIn = (entry, show) => show === "all" || entry.change === show || entry[show] === true;

  // Which part of a cell's texts holds the item at `place`.
  function partOf(index, place) {
    const next = index.starts.findIndex((start) => start > place);
    return (next < 0 ? index.starts.length : next) - 1;
  }

  function extractedOf(index, place) {
    return index.extracted.slice(place * index.k, (place + 1) * index.k);
  }

  // Entries whose question, right answer or extracted answers contain the words.
  function foundInItems(entries, arms, words) {
    const holds = (text) => text && text.toLowerCase().includes(words);
    const isExtracted = (side, places) => extractedOf(arms[side].index, places[side]).some(holds);
    return entries.filter(({ item, places }) =>
      [item.id, item.problem, item.continuation, item.answer].some(holds)
      || isExtracted("before", places) || isExtracted("after", places));
  }

  // Searches all texts, a file at a time, and calls `onFound(found, done, files, faults)` after each. Ends
  // early once `isWanted()` is false.
  async function search(entries, arms, words, isWanted, onFound) {
    const wanted = words.toLowerCase();
    const found = new Set(foundInItems(entries, arms, wanted));
    const holds = (text) => text.toLowerCase().includes(wanted);
    const filesOf = (side) => arms[side].index.starts.map((_, part) => ({ side, part }));
    const files = ["before", "after"].flatMap(filesOf);
    let faults = 0;
    onFound(found, 0, files.length, faults);
    for (const [n, { side, part }] of files.entries()) {
      const texts = await arms[side].texts(part).catch(() => null);
      await new Promise((resume) => { setTimeout(resume); }); // lets the page answer its reader
      if (!isWanted()) return;
      faults += texts === null;
      const { starts } = arms[side].index;
      for (const one of texts ? entries : []) {
        const at = one.places[side] - starts[part];
        const isInFile = at >= 0 && at < texts.length;
        if (isInFile && !found.has(one) && texts[at].some(holds)) found.add(one);
      }
      onFound(found, n + 1, files.length, faults);
    }
  }

  return { isIn, pair, partOf, samples, search };
})();
