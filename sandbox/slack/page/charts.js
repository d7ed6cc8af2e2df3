// data_visualization blocks, drawn as SVG as wide as there is room, with the figures as a table for screen readers.

import { make, marked } from "./make.js";
import { me } from "./service.js";

const HEIGHT = 210;
const TOP = 10;
const RIGHT = 12;
const LETTER = 6.3; // how wide a letter of a label is, about
const SVG = "http://www.w3.org/2000/svg";

function svg(tag, attributes, ...inside) {
  const node = marked(document.createElementNS(SVG, tag), attributes);
  node.append(...inside);
  return node;
}

const figure = (value) => new Intl.NumberFormat(me().locale, { maximumFractionDigits: 2 }).format(value);
const short = (value) => new Intl.NumberFormat(me().locale, { notation: "compact", maximumFractionDigits: 1 }).format(value);
const valueAt = (series, name) => series.data.find((point) => point.label === name)?.value ?? 0;

/** Round steps from below the least value to above the largest. */
export function steps(least, most) {
  const span = Math.max(most - least, most === least ? Math.abs(most) || 1 : 0);
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const first = Math.floor(least / step) * step;
  const count = Math.max(1, Math.ceil((Math.max(most, least + span) - first) / step));
  return Array.from({ length: count + 1 }, (_, at) => first + at * step);
}

/** Where things lie in a chart of this width. */
function scaleOf(chart, width) {
  const categories = chart.axis_config.categories;
  const values = chart.series.flatMap((series) => series.data.map((point) => point.value));
  const ticks = steps(Math.min(0, ...values), Math.max(0, ...values));
  const left = 18 + 7 * Math.max(...ticks.map((tick) => short(tick).length)) + (chart.axis_config.y_label ? 14 : 0);
  const [low, high] = [ticks[0], ticks.at(-1)];
  const band = (width - left - RIGHT) / categories.length;
  const bottom = HEIGHT - (chart.axis_config.x_label ? 40 : 24);
  return {
    categories, ticks, left, width, band, bottom,
    x: (at) => left + band * (at + 0.5),
    y: (value) => TOP + (bottom - TOP) * (1 - (value - low) / (high - low)),
  };
}

function axes(scale, axis) {
  const lines = scale.ticks.flatMap((tick) => [
    svg("line", { x1: scale.left, x2: scale.width - RIGHT, y1: scale.y(tick), y2: scale.y(tick), class: tick ? "grid" : "axis" }),
    svg("text", { x: scale.left - 6, y: scale.y(tick) + 4, "text-anchor": "end" }, short(tick)),
  ]);
  const half = (Math.max(...scale.categories.map((name) => name.length)) * LETTER) / 2;
  const each = Math.max(1, Math.ceil((2 * half + 8) / scale.band));
  const fits = (at) => at % each === 0 && scale.x(at) + half <= scale.width;
  const names = scale.categories.map((name, at) =>
    fits(at) ? svg("text", { x: Math.max(half, scale.x(at)), y: scale.bottom + 16, "text-anchor": "middle" }, name) : "");
  const middle = (TOP + scale.bottom) / 2;
  const titles = [
    axis.x_label && svg("text", { x: (scale.left + scale.width) / 2, y: HEIGHT - 6, "text-anchor": "middle", class: "title" }, axis.x_label),
    axis.y_label && svg("text", { transform: `translate(11 ${middle}) rotate(-90)`, "text-anchor": "middle", class: "title" }, axis.y_label),
  ];
  return [...lines, ...names, ...titles].filter(Boolean);
}

function linesOf(chart, scale) {
  return chart.series.flatMap((series, at) => {
    const points = scale.categories.map((name, column) => [scale.x(column), scale.y(valueAt(series, name)), name]);
    const path = "M" + points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
    const ground = `${path}L${points.at(-1)[0]} ${scale.y(0)}L${points[0][0]} ${scale.y(0)}Z`;
    const area = chart.type === "area" ? [svg("path", { d: ground, class: `area tone-${at}` })] : [];
    const dots = points.map(([x, y, name]) =>
      svg("circle", { cx: x, cy: y, r: 3, class: `fill tone-${at}` }, svg("title", {}, `${series.name}, ${name}: ${figure(valueAt(series, name))}`)));
    return [...area, svg("path", { d: path, class: `line tone-${at}` }), ...dots];
  });
}

function barsOf(chart, scale) {
  const width = Math.min(36, (scale.band * 0.75) / chart.series.length);
  return chart.series.flatMap((series, at) => scale.categories.map((name, column) => {
    const value = valueAt(series, name);
    const x = scale.x(column) + (at - chart.series.length / 2) * width;
    const [top, bottom] = [scale.y(Math.max(0, value)), scale.y(Math.min(0, value))];
    return svg("rect", { x, y: top, width: Math.max(1, width - 1), height: Math.max(0, bottom - top), class: `fill tone-${at}` },
      svg("title", {}, `${series.name}, ${name}: ${figure(value)}`));
  }));
}

function pieOf(segments) {
  const all = segments.reduce((sum, each) => sum + each.value, 0);
  let turn = 0;
  const at = (share) => [Math.sin(share * 2 * Math.PI) * 80, -Math.cos(share * 2 * Math.PI) * 80];
  return segments.map((each, index) => {
    const share = each.value / all;
    const [from, to] = [at(turn), at(turn + Math.min(share, 0.9999))];
    turn += share;
    const path = `M0 0L${from}A80 80 0 ${share > 0.5 ? 1 : 0} 1 ${to}Z`;
    return svg("path", { d: path, class: `fill tone-${index}` }, svg("title", {}, `${each.label}: ${figure(each.value)}`));
  });
}

function drawn(chart, width) {
  if (chart.type === "pie") return svg("svg", { width: 180, height: 180, viewBox: "-90 -90 180 180" }, ...pieOf(chart.segments));
  const scale = scaleOf(chart, width);
  const marks = chart.type === "bar" ? barsOf(chart, scale) : linesOf(chart, scale);
  return svg("svg", { width, height: HEIGHT }, ...axes(scale, chart.axis_config), ...marks);
}

function figures(block) {
  const { series, segments, axis_config: axis } = block.chart;
  const rows = series
    ? [["", ...series.map((each) => each.name)], ...axis.categories.map((name) => [name, ...series.map((each) => valueAt(each, name))])]
    : segments.map((each) => [each.label, each.value]);
  const cell = (value, at) => make(at ? "td" : "th", "", typeof value === "number" ? figure(value) : value);
  return make("table", "unseen", make("caption", "", block.title), ...rows.map((row) => make("tr", "", ...row.map(cell))));
}

export function chart(block) {
  const names = (block.chart.series ?? block.chart.segments).map((each) => each.name ?? `${each.label} (${figure(each.value)})`);
  const legend = names.length > 1 || block.chart.type === "pie"
    ? make("figcaption", "legend", ...names.map((name, at) => make("span", "", make("i", `tone-${at}`), name))) : null;
  const canvas = marked(make("div", "canvas"), { role: "img", "aria-label": `${block.title}, a ${block.chart.type} chart` });
  new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width > 0) canvas.replaceChildren(drawn(block.chart, Math.floor(contentRect.width)));
  }).observe(canvas);
  return make("figure", "chart", make("div", "chart-title", block.title), canvas, legend, figures(block));
}
