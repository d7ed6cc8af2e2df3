// Messages, in a channel and in a thread: added, edited and taken away as they come, with the focus kept where it is.

import { drawn } from "./blocks.js";
import { make, marked } from "./make.js";
import { ask, here } from "./service.js";
import { clock, dayOf, mrkdwn, nameOf } from "./text.js";

const seconds = (message) => Number(message.ts);
const TONES = 6;

function avatar(id) {
  const tone = [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % TONES;
  const initials = nameOf(id).split(" ").map((part) => part[0]).slice(0, 2).join("");
  return marked(make("span", `avatar face-${id === here.bot ? "app" : tone}`, id === here.bot ? "⇄" : initials), { "aria-hidden": "true" });
}

function file(given) {
  const name = given.title || given.name;
  const link = Object.assign(make("a", "press", "Download"), { href: `/sandbox/files/${given.id}`, download: given.name });
  marked(link, { "aria-label": `Download ${given.name}` });
  const size = given.size < 1024 ? `${given.size} bytes` : `${(given.size / 1024).toFixed(1)} kB`;
  const kind = given.name.includes(".") ? given.name.split(".").at(-1).slice(0, 4) : "file";
  const about = make("div", "", make("b", "", name), make("div", "faint", name === given.name ? size : `${given.name} · ${size}`));
  return make("div", "file", marked(make("span", "file-icon", kind), { "aria-hidden": "true" }), about, link);
}

function head(message) {
  const app = here.people[message.user]?.is_bot ? make("span", "badge", "APP") : null;
  const at = Object.assign(make("time", "faint", clock(seconds(message))), { dateTime: new Date(seconds(message) * 1000).toISOString() });
  const edited = message.edited ? make("span", "faint", "(edited)") : null;
  return make("header", "", make("b", "", nameOf(message.user)), app, at, edited);
}

/** The link to a message's thread, or the way to begin one. */
function threadOf(message, replies, open) {
  const count = replies.length;
  const node = make("button", count ? "replies" : "begin plain", count ? `${count} ${count === 1 ? "reply" : "replies"}` : "Reply in thread");
  node.onclick = () => open(message.ts);
  return node;
}

function article(message, replies, open) {
  const act = (what) => ask("press", { message: message.id, ...what });
  const blocks = message.blocks.length ? message.blocks.map((each) => drawn(each, act)) : [make("div", "block", mrkdwn(message.text))];
  const beside = message.attachments.map((each) =>
    make("div", "attachment", ...(each.blocks ?? []).map((block) => drawn(block, act)), each.text ? mrkdwn(each.text) : null));
  const secret = message.ephemeral ? make("div", "secret", "Only visible to you") : null;
  const foot = open && !message.ephemeral ? threadOf(message, replies, open) : null;
  const body = make("div", "body", secret, head(message), ...blocks, ...beside, ...message.files.map(file), foot);
  const node = make("article", message.ephemeral ? "private" : "", avatar(message.user), body);
  const label = `${nameOf(message.user)}, ${clock(seconds(message))}${message.ephemeral ? ", only visible to you" : ""}`;
  return marked(node, { "data-message": message.id, "aria-label": label });
}

/** Which control of `node` has the focus, so that it can be found again in what takes its place. */
function focusIn(node) {
  const focused = document.activeElement;
  if (!node.contains(focused) || node === focused) return null;
  const label = focused.getAttribute("aria-label") ?? focused.textContent;
  return { action: focused.dataset.action, label, place: [...node.querySelectorAll("button, select, a")].indexOf(focused) };
}

function refocus(node, kept) {
  if (!kept) return;
  const all = [...node.querySelectorAll("button, select, a")];
  const same = all.find((each) => (each.getAttribute("aria-label") ?? each.textContent) === kept.label);
  (same ?? all.find((each) => kept.action && each.dataset.action === kept.action) ?? all[kept.place] ?? all[0])?.focus({ preventScroll: true });
}

/** A list of messages kept in step with what it is given. `open` opens a thread; none within a thread. */
export class MessageList {
  constructor(box, open) {
    Object.assign(this, { box, open, shown: new Map() });
  }

  clear() {
    this.shown.clear();
    this.box.replaceChildren();
  }

  /** Shows `messages` in order; `repliesTo` gives the thread of a ts. */
  show(messages, repliesTo) {
    const low = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 60;
    const wanted = new Set(messages.map((message) => message.id));
    for (const [id, { node }] of this.shown) if (!wanted.has(id)) this.#remove(id, node);
    let before = null;
    for (const message of messages) before = this.#place(message, repliesTo(message.ts), before);
    this.#divide(messages);
    if (low && this.changed) this.box.scrollTop = this.box.scrollHeight;
    this.changed = false;
  }

  #remove(id, node) {
    this.shown.delete(id);
    node.remove();
    for (const day of this.box.querySelectorAll(".day")) if (!day.nextElementSibling?.matches("article")) day.remove();
  }

  #place(message, replies, before) {
    const state = JSON.stringify([message, replies.length, here.user]);
    const known = this.shown.get(message.id);
    if (known?.state === state) return known.node;
    const node = article(message, replies, this.open);
    const kept = known ? focusIn(known.node) : null;
    if (known) known.node.replaceWith(node);
    else if (before) before.after(node);
    else this.box.prepend(node);
    refocus(node, kept);
    this.shown.set(message.id, { node, state });
    this.changed = true;
    return node;
  }

  /** A line with the date before the first message of each day. */
  #divide(messages) {
    let last = "";
    for (const message of messages) {
      const day = dayOf(seconds(message));
      const { node } = this.shown.get(message.id);
      const above = node.previousElementSibling?.matches(".day") ? node.previousElementSibling : null;
      if (day === last) above?.remove();
      else if (!above) node.before(make("div", "day", make("span", "", day)));
      last = day;
    }
  }
}
