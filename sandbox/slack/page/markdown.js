// markdown blocks: headings, lists, quotes, fences, tables, and marks within a line.

import { make } from "./make.js";
import { link } from "./text.js";

const MARKS = /\[([^\]\n]+)\]\(([^)\s]+)\)|`([^`\n]+)`|\*\*([^*\n]+)\*\*|(?<!\w)[*_]([^*_\n]+)[*_](?!\w)|~~([^~\n]+)~~/g;

function inline(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(MARKS)) {
    nodes.push(text.slice(from, found.index));
    const [, label, url, code, bold, italic, struck] = found;
    if (url) nodes.push(link(url, label));
    else if (code) nodes.push(make("code", "", code));
    else nodes.push(make(bold ? "b" : italic ? "i" : "s", "", ...inline(bold ?? italic ?? struck)));
    from = found.index + found[0].length;
  }
  return [...nodes, text.slice(from)];
}

const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());

function table(lines) {
  const rows = lines.filter((_, at) => at !== 1).map((line, at) =>
    make("tr", "", ...cells(line).map((cell) => make(at ? "td" : "th", "", ...inline(cell)))));
  return make("div", "wide", make("table", "", ...rows));
}

// [how its first line looks, which lines go on, what it becomes], the first that fits
const KINDS = [
  [/^#{1,6}\s/, null, ([line]) => make("h3", "", ...inline(line.replace(/^#+\s*/, "")))],
  [/^\s*\|.*\|/, /^\s*\|/, table],
  [/^>\s?/, /^>/, (lines) => make("blockquote", "said", ...inline(lines.map((line) => line.replace(/^>\s?/, "")).join("\n")))],
  [/^\s*[-*+]\s/, /^\s*[-*+]\s/, (lines) => make("ul", "", ...lines.map((line) => make("li", "", ...inline(line.replace(/^\s*[-*+]\s/, "")))))],
  [/^\s*\d+[.)]\s/, /^\s*\d+[.)]\s/, (lines) => make("ol", "", ...lines.map((line) => make("li", "", ...inline(line.replace(/^\s*\d+[.)]\s/, "")))))],
  [/^(---+|\*\*\*+)\s*$/, null, () => make("hr")],
  [/^\s*$/, null, () => null],
  [/./, /^(?!#{1,6}\s|\s*$|>|\s*[-*+]\s|\s*\d+[.)]\s|\s*\||```)/, (lines) => make("p", "said", ...inline(lines.join("\n")))],
];

function fence(lines, at) {
  let end = at + 1;
  while (end < lines.length && !lines[end].startsWith("```")) end++;
  return [make("pre", "", lines.slice(at + 1, end).join("\n")), end + 1];
}

function next(lines, at) {
  if (lines[at].startsWith("```")) return fence(lines, at);
  const [, goesOn, become] = KINDS.find(([begins]) => begins.test(lines[at]));
  let end = at + 1;
  while (goesOn && end < lines.length && goesOn.test(lines[end])) end++;
  return [become(lines.slice(at, end)), end];
}

export function markdown(text) {
  const lines = text.split("\n");
  const nodes = [];
  for (let at = 0; at < lines.length; ) {
    const [node, end] = next(lines, at);
    nodes.push(node);
    at = end;
  }
  return make("div", "rich", ...nodes);
}
