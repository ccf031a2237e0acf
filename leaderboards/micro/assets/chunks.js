// Answers are scripts next to the page, because a page opened from disk can load scripts but cannot fetch.
// Each passes on gzipped JSON: `rlvrAnswers.receive("<name>", "<base64>")`.
"use strict";
const rlvrAnswers = (() => {
  const loads = new Map(); // name -> promise of its content, so that each file is loaded once
  const waiting = new Map(); // name -> what to do with its data

  const isSupported = typeof DecompressionStream === "function";

  function unpack(data) {
    const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  }

  function receive(name, data) {
    waiting.get(name)?.(data);
    waiting.delete(name);
  }

  function ask(folder, name) {
    return new Promise((resolve, reject) => {
      const fail = (why) => () => reject(new Error(`answers/${name}.js ${why}.`));
      const damaged = fail("is damaged: build the board again");
      const script = document.createElement("script");
      const missing = fail("is missing: the folder \u201canswers\u201d must lie beside the board's pages");
      waiting.set(name, (data) => { Promise.resolve(data).then(unpack).then(resolve, damaged); });
      script.addEventListener("error", missing);
      script.addEventListener("load", () => {
        if (waiting.has(name)) damaged();
        script.remove();
      });
      script.src = `${folder}${name}.js`;
      document.head.append(script);
    });
  }

  // The content of a file; rejected with one line for the reader if it cannot be loaded.
  function load(folder, name) {
    if (!loads.has(name)) loads.set(name, ask(folder, name));
    return loads.get(name);
  }

  return { isSupported, load, receive };
})();
