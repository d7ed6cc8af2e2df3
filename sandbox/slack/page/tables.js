// table and data_table blocks.

import { make, marked } from "./make.js";
import { richText } from "./rich_text.js";

const inside = (cell) => (cell.type === "rich_text" ? richText(cell) : cell.text ?? String(cell.value));
const plainly = (cell) => (cell.type === "raw_number" ? cell.value : make("i", "", inside(cell)).textContent);
const wide = (table) => marked(make("div", "wide", table), { tabindex: 0, role: "group", "aria-label": "Table" });

function cellOf(cell, setting, heading) {
  const node = make(heading ? "th" : "td", "", inside(cell));
  if (heading) node.scope = heading;
  node.style.textAlign = setting?.align ?? "";
  node.classList.toggle("wraps", Boolean(setting?.is_wrapped));
  return node;
}

/** The native table: its first row heads it. */
export function table(block) {
  const settings = block.column_settings ?? [];
  const rows = block.rows.map((row, at) =>
    make("tr", "", ...row.map((cell, column) => cellOf(cell, settings[column], at === 0 ? "col" : ""))));
  return wide(make("table", "", make("thead", "", rows[0]), make("tbody", "", ...rows.slice(1))));
}

/** The table that is paged, sorted and filtered by the reader. */
export function dataTable(block) {
  const [head, ...rows] = block.rows;
  const shown = { page: 0, column: -1, descending: false, filter: "" };
  const size = block.page_size ?? 5;
  const body = make("tbody");
  const foot = make("div", "pager");
  const headings = head.map((cell, at) => heading(cell, at, shown, () => draw()));

  function found() {
    const wanted = shown.filter.toLowerCase();
    const some = rows.filter((row) => row.some((cell) => String(plainly(cell)).toLowerCase().includes(wanted)));
    return shown.column < 0 ? some : some.sort((one, other) => compared(one, other, shown));
  }

  function draw() {
    const all = found();
    const pages = Math.max(1, Math.ceil(all.length / size));
    shown.page = Math.min(shown.page, pages - 1);
    const page = all.slice(shown.page * size, (shown.page + 1) * size);
    body.replaceChildren(...page.map((row) => make("tr", "", ...row.map((cell, at) =>
      cellOf(cell, cell.type === "raw_number" ? { align: "right" } : null, at === block.row_header_column_index ? "row" : "")))));
    foot.replaceChildren(...pager(shown, pages, all.length, size, draw));
    headings.forEach((node, at) => marked(node, { "aria-sort": at !== shown.column ? "none" : shown.descending ? "descending" : "ascending" }));
  }

  draw();
  const caption = make("caption", "", block.caption);
  return make("div", "data-table", filterOf(block, rows, size, shown, draw), wide(make("table", "", caption, make("thead", "", make("tr", "", ...headings)), body)), foot);
}

function heading(cell, at, shown, draw) {
  const press = make("button", "plain", inside(cell));
  press.onclick = () => {
    shown.descending = shown.column === at && !shown.descending;
    shown.column = at;
    draw();
  };
  return marked(make("th", "", press), { scope: "col" });
}

function compared(one, other, { column, descending }) {
  const [a, b] = [one, other].map((row) => plainly(row[column]));
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
  return descending ? -order : order;
}

function pager(shown, pages, rows, size, draw) {
  const turn = (by, label) => {
    const node = make("button", "press", label);
    node.disabled = shown.page + by < 0 || shown.page + by >= pages;
    node.onclick = () => {
      shown.page += by;
      const foot = node.parentElement;
      draw();
      const turns = [...foot.querySelectorAll("button:enabled")];
      (turns.find((each) => each.textContent === label) ?? turns[0])?.focus();
    };
    return node;
  };
  const first = shown.page * size + 1;
  const words = rows ? `${first}–${Math.min(rows, first + size - 1)} of ${rows}` : "no rows";
  return [marked(make("span", "faint", words), { role: "status" }), ...(pages > 1 ? [turn(-1, "Previous"), turn(1, "Next")] : [])];
}

function filterOf(block, rows, size, shown, draw) {
  if (rows.length <= size) return null;
  const node = marked(make("input", "field"), { type: "search", placeholder: "Filter", "aria-label": `Filter ${block.caption}` });
  node.oninput = () => { shown.filter = node.value; draw(); };
  return node;
}
