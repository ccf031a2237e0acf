// A page's address holds its view, so that a link opens the same view: `#task=math500&show=adjusted`.
"use strict";
const state = (() => {
  const read = () => new URLSearchParams(location.hash.slice(1));

  // A value that is empty or null leaves the address. Keys of other parts of the page stay.
  function set(changes) {
    const now = read();
    for (const [key, value] of Object.entries(changes)) {
      if (value === null || value === "") now.delete(key);
      else now.set(key, value);
    }
    history.replaceState(null, "", now.size ? `#${now}` : location.pathname + location.search);
  }

  return { get: (key) => read().get(key), set, onChange: (show) => addEventListener("hashchange", show) };
})();
