// The theme is the system's until the reader picks one. Every page loads this in its head, so that nothing is
// painted in the other theme first.
"use strict";
const theme = (() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

  // Some browsers refuse storage to pages opened from disk; the choice then lasts until the page is closed.
  try { root.dataset.theme = localStorage.getItem("rlvr-theme") || ""; } catch { root.dataset.theme = ""; }

  // Calls onChange whenever the page turns light or dark.
  function start(onChange = () => {}) {
    const toggle = document.getElementById("theme");
    const show = () => {
      toggle.setAttribute("aria-pressed", String(isDark()));
      onChange();
    };
    toggle.hidden = false;
    toggle.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem("rlvr-theme", root.dataset.theme); } catch { /* see above */ }
      show();
    });
    system.addEventListener("change", show);
    toggle.setAttribute("aria-pressed", String(isDark()));
  }

  return { isDark, start };
})();
