// Blocks -> nodes, by their kind.

import { chart } from "./charts.js";
import { element, image } from "./elements.js";
import { freshId, make, marked } from "./make.js";
import { markdown } from "./markdown.js";
import { richText } from "./rich_text.js";
import { dataTable, table } from "./tables.js";
import { words } from "./text.js";

function section(block, act) {
  const fields = block.fields ? make("div", "fields", ...block.fields.map(words)) : null;
  const beside = block.accessory ? make("div", "accessory", element(block.accessory, act)) : null;
  return make("div", "section", make("div", "", words(block.text), fields), beside);
}

function header(block) {
  return make(`h${Math.min(6, (block.level ?? 1) + 2)}`, "", words(block.text));
}

function input(block, act) {
  const node = element(block.element, block.dispatch_action ? act : () => {});
  const [label, hint, trouble] = [freshId("label"), freshId("hint"), freshId("trouble")];
  marked(node, { id: freshId("input"), "aria-labelledby": label, "aria-describedby": `${hint} ${trouble}`, "aria-label": null });
  node.removeAttribute("aria-label");
  marked(node, { "aria-required": node.matches(".choices") ? null : String(!block.optional) });
  const name = make("label", "label", words(block.label), block.optional ? make("span", "faint", " (optional)") : null);
  marked(name, { id: label, for: node.id });
  const below = marked(make("div", "trouble"), { id: trouble, role: "alert" });
  return make("div", "input", name, node, marked(make("div", "faint", words(block.hint)), { id: hint }), below);
}

function container(block, act) {
  const title = make("summary", "", block.rich_text_title ? richText(block.rich_text_title) : words(block.title),
    block.subtitle ? make("div", "faint", words(block.subtitle)) : null);
  const children = block.child_blocks.map((child) => drawn(child, act));
  if (!block.is_collapsible) return make("section", "container", make("div", "summary", ...title.childNodes), ...children);
  const node = make("details", "container", title, ...children);
  node.open = !block.default_collapsed;
  return node;
}

function card(block, act) {
  const buttons = (block.actions ?? []).map((each) => element(each, act));
  return make("div", "container", make("b", "", words(block.title)), make("div", "faint", words(block.subtitle)),
    make("div", "", words(block.body)), make("div", "actions", ...buttons));
}

const small = (part) => (part.type === "image" ? image(part) : words(part));
const picture = (block) => make("figure", "", block.title ? make("figcaption", "faint", words(block.title)) : null, image(block));

const KINDS = {
  section,
  header,
  input,
  container,
  card,
  table,
  data_table: dataTable,
  data_visualization: chart,
  rich_text: richText,
  image: picture,
  context: (block) => make("div", "context", ...block.elements.map(small)),
  actions: (block, act) => make("div", "actions", ...block.elements.map((each) => element(each, act))),
  divider: () => make("hr"),
  markdown: (block) => markdown(block.text),
  alert: (block) => make("div", `alert ${block.level ?? ""}`, words(block.text)),
  carousel: (block, act) => make("div", "carousel", ...block.elements.map((each) => card(each, act))),
};

/** One block; what is pressed in it goes to `act` with the block's id. */
export function drawn(block, act) {
  const kind = KINDS[block.type] ?? ((other) => make("div", "faint", `[${other.type}]`));
  const node = kind(block, (what) => act({ block_id: block.block_id, ...what }));
  return marked(make("div", "block", node), { "data-kind": block.type, "data-block": block.block_id });
}
