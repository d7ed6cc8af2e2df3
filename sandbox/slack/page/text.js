// Slack's text -> nodes: mrkdwn, plain text, links, mentions, dates.

import { make } from "./make.js";
import { here, me } from "./service.js";

const EMOJI = {
  white_check_mark: "✅", warning: "⚠️", rotating_light: "🚨", x: "❌", hourglass: "⌛", tada: "🎉", boom: "💥",
  red_circle: "🔴", large_green_circle: "🟢", large_yellow_circle: "🟡", information_source: "ℹ️",
  hourglass_flowing_sand: "⏳", bell: "🔔", mag: "🔍", arrow_right: "➡️", smile: "😄", wave: "👋", "+1": "👍",
};

export const emoji = (name, unicode) => {
  if (unicode) return String.fromCodePoint(...unicode.split("-").map((each) => parseInt(each, 16)));
  return EMOJI[name] ?? `:${name}:`;
};
const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);
const unescaped = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export const nameOf = (id) => here.people[id]?.real_name ?? id;
export const mention = (words) => make("span", "mention", words);

/** A link to another page; an address that is none of the web's stays mere words. */
export function link(url, words) {
  if (!/^(https?:|mailto:)/i.test(url)) return make("span", "", words);
  return Object.assign(make("a", "", words), { href: url, target: "_blank", rel: "noreferrer noopener" });
}

/** `seconds` since 1970 in the zone and language of the person we are. */
export function timed(seconds, options) {
  return new Date(seconds * 1000).toLocaleString(me().locale, { timeZone: me().tz, hourCycle: "h23", ...options });
}

const CLOCK = { hour: "2-digit", minute: "2-digit" };
export const clock = (seconds) => timed(seconds, CLOCK);
export const dayOf = (seconds) => timed(seconds, { weekday: "long", day: "numeric", month: "long" });

function ago(seconds) {
  const passed = (Date.now() / 1000 - seconds) / 60;
  const [value, unit] = passed < 60 ? [passed, "minute"] : passed < 1440 ? [passed / 60, "hour"] : [passed / 1440, "day"];
  return new Intl.RelativeTimeFormat(me().locale, { numeric: "auto" }).format(-Math.round(value), unit);
}

function pretty(seconds, otherwise) {
  const day = (at) => timed(at, { year: "numeric", month: "2-digit", day: "2-digit" });
  const now = Date.now() / 1000;
  const away = [0, -1, 1].find((days) => day(now + days * 86400) === day(seconds));
  return away === undefined ? otherwise : new Intl.RelativeTimeFormat(me().locale, { numeric: "auto" }).format(away, "day");
}

const SHORT = { month: "short", day: "numeric", year: "numeric" };
const LONG = { weekday: "long", month: "long", day: "numeric", year: "numeric" };
const DATE = { month: "long", day: "numeric", year: "numeric" };
const TOKENS = {
  date_num: (at) => new Date(at * 1000).toLocaleDateString("sv-SE", { timeZone: me().tz }),
  date_slash: (at) => timed(at, { month: "2-digit", day: "2-digit", year: "numeric" }),
  date: (at) => timed(at, DATE),
  date_short: (at) => timed(at, SHORT),
  date_long: (at) => timed(at, LONG),
  date_pretty: (at) => pretty(at, timed(at, DATE)),
  date_short_pretty: (at) => pretty(at, timed(at, SHORT)),
  date_long_pretty: (at) => pretty(at, timed(at, LONG)),
  day_divider_pretty: (at) => pretty(at, dayOf(at)),
  time: clock,
  time_secs: (at) => timed(at, { ...CLOCK, second: "2-digit" }),
  ago,
};

/** Slack's {date_short_pretty} at {time}, for the person we are. */
export function dated(seconds, format, fallback) {
  if (!Number.isFinite(seconds) || Math.abs(seconds) > 8e12) return fallback ?? "";
  const words = format.replace(/\{([a-z_]+)\}/g, (whole, token) => TOKENS[token]?.(seconds) ?? whole);
  const node = make("time", "", words);
  node.dateTime = new Date(seconds * 1000).toISOString();
  node.title = timed(seconds, { dateStyle: "full", timeStyle: "long", hourCycle: undefined });
  return node;
}

/** What stands between < and >. */
function control(inside) {
  const [what, words] = inside.split("|");
  const date = /^!date\^(\d+)\^([^^]*)/.exec(what);
  if (date) return dated(Number(date[1]), date[2], words);
  if (what.startsWith("@")) return mention("@" + nameOf(what.slice(1)));
  if (what.startsWith("!subteam^")) return mention("@" + what.slice(9));
  if (what.startsWith("!")) return mention("@" + what.slice(1));
  if (what.startsWith("#")) return mention("#" + (here.rooms.find((room) => room.id === what.slice(1))?.name ?? what.slice(1)));
  return link(unescaped(what), unescaped(words ?? what));
}

const MARKS =
  /<([^<>]+)>|```([\s\S]+?)```|`([^`\n]+)`|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<!\w)_([^_\n]+)_(?!\w)|(?<![\w~])~([^~\n]+)~(?!\w)/g;

export function mrkdwn(text) {
  const said = make("span", "said");
  let from = 0;
  for (const found of text.matchAll(MARKS)) {
    said.append(withEmoji(unescaped(text.slice(from, found.index))));
    const [, inside, block, code, bold, italic, struck] = found;
    if (inside) said.append(control(inside));
    else if (block) said.append(make("pre", "", unescaped(block.replace(/^\n|\n$/g, ""))));
    else if (code) said.append(make("code", "", unescaped(code)));
    else said.append(make(bold ? "b" : italic ? "i" : "s", "", mrkdwn(bold ?? italic ?? struck)));
    from = found.index + found[0].length;
  }
  said.append(withEmoji(unescaped(text.slice(from))));
  return said;
}

/** A text object; nothing for none. */
export function words(text) {
  if (!text) return null;
  if (text.type === "mrkdwn") return mrkdwn(text.text);
  return make("span", "said", text.emoji === false ? text.text : withEmoji(text.text));
}
