// Tables with buttons as headings sort by them. A column with class `num` or `by-value` sorts by its cells'
// `data-value`, or by the number in them.
"use strict";
const sorting = (() => {
  const NUMBER = /[+−-]?\d*\.?\d+/; // the first one in a cell, such as the lower end of an interval
  const isNumeric = (header) => header.matches(".num, .by-value");

  // NaN for a cell without a number.
  function numberOf(cell) {
    const text = cell.dataset.value ?? cell.textContent.match(NUMBER)?.[0].replace("−", "-") ?? "";
    return text === "" ? NaN : Number(text);
  }

  function compare(a, b, column, numeric) {
    const [x, y] = [a, b].map((row) => row.cells[column]);
    if (!numeric) return x.textContent.trim().localeCompare(y.textContent.trim(), "en", { numeric: true });
    return numberOf(x) - numberOf(y);
  }

  function sort(header, order) {
    const body = header.closest("table").tBodies[0];
    if (!first.has(body)) first.set(body, [...body.rows]);
    const column = header.cellIndex;
    const numeric = isNumeric(header);
    for (const th of header.parentElement.cells) th.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", order);
    const empty = (row) => numeric && Number.isNaN(numberOf(row.cells[column]));
    const sign = order === "ascending" ? 1 : -1;
    // Rows without a number stay at the end in either order: they are not the smallest.
    const inOrder = (a, b) => empty(a) - empty(b) || sign * compare(a, b, column, numeric);
    body.append(...[...body.rows].sort(inOrder));
  }

  const first = new Map(); // table body -> its rows as the page came

  // Restores the order in which the page came.
  function reset(table) {
    const body = table.tBodies[0];
    if (!table.querySelector("[aria-sort]")) return;
    table.querySelectorAll("[aria-sort]").forEach((header) => header.removeAttribute("aria-sort"));
    body.append(...first.get(body));
  }

  function turned(header) {
    const [usual, other] = isNumeric(header) ? ["descending", "ascending"] : ["ascending", "descending"];
    return header.getAttribute("aria-sort") === usual ? other : usual;
  }

  // Calls onSort(header, order) after the reader sorted.
  function start(onSort = () => {}) {
    document.querySelectorAll(".sort").forEach((button) => button.addEventListener("click", () => {
      const header = button.parentElement;
      const order = turned(header);
      sort(header, order);
      onSort(header, order);
    }));
  }

  return { reset, sort, start };
})();
