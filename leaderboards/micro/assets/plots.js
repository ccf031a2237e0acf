// What every chart that plotly draws has in common.
"use strict";
const plots = (() => {
  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif';
  const CONFIG = { displayModeBar: false, typesetMath: false, scrollZoom: false, doubleClick: false };

  // Plotly reads a subset of HTML in labels. A name is cut before it is escaped, so that no entity is cut.
  const escaped = (text) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);

  return { CONFIG, FONT, escaped };
})();
