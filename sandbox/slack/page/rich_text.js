// rich_text blocks and cells.

import { make, marked } from "./make.js";
import { here } from "./service.js";
import { dated, emoji, link, mention, nameOf } from "./text.js";

const TAGS = { bold: "b", italic: "i", strike: "s", code: "code" };

const LEAVES = {
  text: (part) => part.text,
  link: (part) => link(part.url, part.text ?? part.url),
  emoji: (part) => emoji(part.name, part.unicode),
  user: (part) => mention("@" + nameOf(part.user_id)),
  usergroup: (part) => mention("@" + part.usergroup_id),
  channel: (part) => mention("#" + (here.rooms.find((room) => room.id === part.channel_id)?.name ?? part.channel_id)),
  broadcast: (part) => mention("@" + part.range),
  date: (part) => dated(part.timestamp, part.format, part.fallback),
  color: (part) => part.value,
};

function leaf(part) {
  let node = LEAVES[part.type]?.(part) ?? "";
  for (const style of Object.keys(part.style ?? {})) if (part.style[style] && TAGS[style]) node = make(TAGS[style], "", node);
  return node;
}

const leaves = (part) => part.elements.map(leaf);

function list(part) {
  const node = make(part.style === "ordered" ? "ol" : "ul", "", ...part.elements.map((item) => make("li", "said", ...leaves(item))));
  if (part.offset) node.start = part.offset + 1;
  return marked(node, { "data-indent": part.indent || null });
}

const PARTS = {
  rich_text_section: (part) => make("div", "said", ...leaves(part)),
  rich_text_preformatted: (part) => marked(make("pre", "", ...leaves(part)), { tabindex: 0, role: "group", "aria-label": "Preformatted" }),
  rich_text_quote: (part) => make("blockquote", "said", ...leaves(part)),
  rich_text_list: list,
};

export function richText(block) {
  return make("div", "rich", ...(block.elements ?? []).map((part) => PARTS[part.type]?.(part)));
}
