// A small Slack: draws what one person sees and does what they press. All text goes through textContent: nothing that
// a message holds is ever read as HTML.
"use strict";

const here = { user: "", channel: "", people: {}, channels: [], drawn: "", modal: "" };
const byId = (id) => document.getElementById(id);

function make(tag, className, ...inside) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...inside.filter((each) => each !== null && each !== undefined));
  return node;
}

async function look(path) {
  return (await fetch(path)).json();
}

async function ask(name, asked) {
  const answer = await fetch(`/sandbox/${name}`, { method: "POST", body: JSON.stringify({ user: here.user, ...asked }) });
  const said = await answer.json();
  if (!said.ok) alert(said.error);
  await draw();
  return said;
}

// ---- text

const called = (id) => "@" + (here.people[id]?.name ?? id);
const unescaped = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

function safeLink(url, words) {
  if (!/^(https?:|mailto:)/i.test(url)) return make("span", "", words);
  const link = make("a", "", words);
  Object.assign(link, { href: url, target: "_blank", rel: "noreferrer noopener" });
  return link;
}

function dated(seconds, format, fallback) {
  const moment = new Date(seconds * 1000);
  if (Number.isNaN(moment.getTime())) return fallback;
  const zone = { timeZone: here.people[here.user]?.tz };
  const date = moment.toLocaleDateString("en-GB", { ...zone, day: "numeric", month: "short", year: "numeric" });
  const time = moment.toLocaleTimeString("en-GB", { ...zone, hour: "2-digit", minute: "2-digit" });
  return format.replace(/\{time(_secs)?\}/g, time).replace(/\{[a-z_]+\}/g, date);
}

function control(inside) {
  const [what, words] = inside.split("|");
  const date = /^!date\^(\d+)\^([^^]*)/.exec(what);
  if (date) return dated(Number(date[1]), date[2], words);
  if (what.startsWith("@")) return make("span", "mention", called(what.slice(1)));
  if (what.startsWith("!subteam^")) return make("span", "mention", "@" + what.slice(9));
  if (what.startsWith("!")) return make("span", "mention", "@" + what.slice(1));
  if (what.startsWith("#")) return make("span", "mention", "#" + (here.channels.find((c) => c.id === what.slice(1))?.name ?? what));
  return safeLink(unescaped(what), unescaped(words ?? what));
}

const MARKS = /<([^<>]+)>|```([\s\S]+?)```|`([^`\n]+)`|\*([^*\n]+)\*|\b_([^_\n]+)_\b|~([^~\n]+)~/g;

function mrkdwn(text) {
  const said = make("span", "said");
  let from = 0;
  for (const found of text.matchAll(MARKS)) {
    said.append(unescaped(text.slice(from, found.index)));
    const [, inside, block, code, bold, italic, struck] = found;
    if (inside) said.append(control(inside));
    else if (block) said.append(make("pre", "", unescaped(block)));
    else if (code) said.append(make("code", "", unescaped(code)));
    else said.append(make(bold ? "b" : italic ? "i" : "s", "", mrkdwn(bold ?? italic ?? struck)));
    from = found.index + found[0].length;
  }
  said.append(unescaped(text.slice(from)));
  return said;
}

const words = (text) => (text ? (text.type === "mrkdwn" ? mrkdwn(text.text) : make("span", "said", text.text)) : null);

function leaf(part) {
  if (part.type === "link") return safeLink(part.url, part.text ?? part.url);
  if (part.type === "emoji") return `:${part.name}:`;
  if (part.type === "date") return dated(part.timestamp, part.format, part.fallback ?? "");
  if (part.type === "user") return make("span", "mention", called(part.user_id));
  if (part.type !== "text") return make("span", "mention", "@" + (part.range ?? part.usergroup_id ?? part.channel_id ?? ""));
  const style = part.style ?? {};
  return make(style.code ? "code" : style.bold ? "b" : style.italic ? "i" : style.strike ? "s" : "span", "said", part.text);
}

function richText(block) {
  return make("div", "block", ...block.elements.map((part) => {
    if (part.type === "rich_text_list") {
      const items = part.elements.map((item) => make("li", "", ...item.elements.map(leaf)));
      return make(part.style === "ordered" ? "ol" : "ul", "", ...items);
    }
    const tag = { rich_text_preformatted: "pre", rich_text_quote: "blockquote" }[part.type] ?? "div";
    return make(tag, "", ...part.elements.map(leaf));
  }));
}

// ---- blocks; `act` is told of every press as {action_id, text, value}

function confirmed(element, act) {
  const asks = element.confirm;
  if (!asks || confirm(`${asks.title.text}\n\n${asks.text.text}`)) act();
}

function buttonOf(element, act) {
  const node = make("button", `press ${element.style ?? ""}`, element.text.text);
  node.type = "button";
  if (element.accessibility_label) node.setAttribute("aria-label", element.accessibility_label);
  node.onclick = () => confirmed(element, () => {
    if (element.url) window.open(element.url, "_blank", "noreferrer");
    act({ action_id: element.action_id });
  });
  return node;
}

function menuOf(element, act) {
  const node = make("select", "press");
  const first = make("option", "", element.placeholder?.text ?? (element.type === "overflow" ? "…" : "Choose"));
  first.value = "";
  node.append(first);
  const groups = element.option_groups ?? [{ options: element.options ?? [] }];
  for (const option of groups.flatMap((group) => group.options)) {
    const each = make("option", "", option.text.text);
    each.value = option.value;
    each.selected = option.value === element.initial_option?.value;
    node.append(each);
  }
  node.setAttribute("aria-label", element.placeholder?.text ?? "Choose");
  node.onchange = () => node.value && confirmed(element, () => act({ action_id: element.action_id, value: node.value }));
  return node;
}

function elementOf(element, act) {
  if (element.type === "button") return buttonOf(element, act);
  if (element.type === "image") return make("span", "faint", `[${element.alt_text}]`);
  if (element.options || element.option_groups) return menuOf(element, act);
  const node = make(element.multiline ? "textarea" : "input", "press");
  const kinds = { datepicker: "date", timepicker: "time", number_input: "number", email_text_input: "email" };
  if (!element.multiline) node.type = kinds[element.type] ?? "text";
  node.value = element.initial_value ?? element.initial_date ?? element.initial_time ?? "";
  node.placeholder = element.placeholder?.text ?? "";
  node.onchange = () => act({ action_id: element.action_id, value: node.value });
  return node;
}

function tableOf(block) {
  const rows = block.rows.map((row, at) => make("tr", "", ...row.map((cell) => {
    const inside = cell.type === "rich_text" ? richText(cell) : cell.text ?? String(cell.value);
    return make(at ? "td" : "th", "", inside);
  })));
  const caption = block.caption ? make("caption", "faint", block.caption) : null;
  return make("div", "block", make("table", "", caption, ...rows));
}

function chartOf(block) {
  const { series, segments, axis_config: axis } = block.chart;
  const cell = (value, tag = "td") => make(tag, "", String(value));
  const valueAt = (each, name) => each.data.find((point) => point.label === name)?.value ?? "";
  const rows = series
    ? [["", ...axis.categories], ...series.map((each) => [each.name, ...axis.categories.map((name) => valueAt(each, name))])]
    : segments.map((each) => [each.label, each.value]);
  const drawn = rows.map((row) => make("tr", "", ...row.map((value) => cell(value))));
  return make("div", "block", make("table", "", make("caption", "", `${block.title} (${block.chart.type} chart)`), ...drawn));
}

function inputOf(block, act, trouble) {
  const node = elementOf(block.element, block.dispatch_action ? act : () => {});
  node.name = block.block_id;
  const label = make("label", "", block.label.text + (block.optional ? " (optional)" : ""), make("br"), node);
  const hint = block.hint ? make("div", "faint", block.hint.text) : null;
  return make("div", "block", label, hint, trouble ? make("div", "trouble", trouble) : null);
}

function draws(act, trouble = {}) {
  const kinds = {
    section: (b) => make("div", "block", words(b.text),
      b.fields ? make("div", "fields", ...b.fields.map(words)) : null, b.accessory ? elementOf(b.accessory, act) : null),
    header: (b) => make("h2", "block", b.text.text),
    context: (b) => make("div", "block faint", ...b.elements.map((each) => (each.alt_text ? `[${each.alt_text}] ` : words(each)))),
    actions: (b) => make("div", "block", ...b.elements.map((each) => elementOf(each, act))),
    divider: () => make("hr"),
    rich_text: richText,
    table: tableOf,
    data_table: tableOf,
    data_visualization: chartOf,
    markdown: (b) => make("div", "block said", b.text),
    alert: (b) => make("div", "block trouble", words(b.text)),
    image: (b) => make("div", "block faint", `[${b.alt_text}]`),
    input: (b) => inputOf(b, act, trouble[b.block_id]),
    container: (b) => make("details", "block", make("summary", "", words(b.title)), ...b.child_blocks.map((c) => drawn(c))),
  };
  const drawn = (block) => (kinds[block.type] ?? ((b) => make("div", "faint", `[${b.type}]`)))(block);
  return drawn;
}

// ---- messages

function fileOf(file) {
  const link = make("a", "", `${file.title || file.name} (${file.size} bytes)`);
  link.href = `/sandbox/files/${file.id}`;
  return make("div", "block", "📄 ", link);
}

function messageOf(message) {
  const act = (what) => ask("press", { message: message.id, ...what });
  const at = new Date(Number(message.ts) * 1000).toLocaleTimeString("en-GB", { timeZone: here.people[here.user]?.tz });
  const marks = [at, message.ephemeral ? "Only visible to you" : "", message.edited ? "(edited)" : "", message.thread_ts ? "in a thread" : ""];
  const head = make("header", "", here.people[message.user]?.real_name ?? message.user, " ", make("small", "", marks.filter(Boolean).join(" · ")));
  const body = message.blocks.length ? message.blocks.map(draws(act)) : [mrkdwn(message.text)];
  return make("article", message.ephemeral ? "private" : "", head, ...body, ...message.files.map(fileOf));
}

async function draw() {
  if (!here.user) return;
  const home = here.channel === "home";
  const seen = home ? await look(`/sandbox/homes/${here.user}`) : await look(`/sandbox/messages?user=${here.user}&channel=${here.channel}`);
  const now = JSON.stringify([here.user, here.channel, seen]);
  const box = byId("messages");
  if (now !== here.drawn && !(box.contains(document.activeElement) && document.activeElement.tagName === "INPUT")) {
    here.drawn = now;
    const act = (what) => ask("press", { home: true, ...what });
    box.replaceChildren(...(home ? (seen.view?.blocks ?? []).map(draws(act)) : seen.messages.map(messageOf)));
    box.scrollTop = home ? 0 : box.scrollHeight;
  }
  await drawModal();
}

async function drawModal() {
  const { views } = await look(`/sandbox/views?user=${here.user}`);
  const view = views.filter((each) => each.open).at(-1);
  const now = view ? JSON.stringify([view.id, view.hash, view.trouble]) : "";
  if (now === here.modal) return;
  here.modal = now;
  const dialog = byId("modal");
  if (!view) return void dialog.close();
  const form = make("form", "", make("h2", "", view.title.text), ...view.blocks.map(draws((what) => ask("press", { view: view.id, ...what }), view.trouble)));
  if (view.trouble[""]) form.append(make("div", "trouble", view.trouble[""]));
  const close = make("button", "press", view.close?.text ?? "Close");
  close.type = "button";
  close.onclick = () => ask("close", { view: view.id });
  form.append(make("div", "block", view.submit ? make("button", "press primary", view.submit.text) : null, close));
  form.onsubmit = (event) => {
    event.preventDefault();
    ask("submit", { view: view.id, values: Object.fromEntries(new FormData(form)), wait: true });
  };
  dialog.replaceChildren(form);
  if (!dialog.open) dialog.showModal();
}

// ---- the workspace

function choose(channel) {
  Object.assign(here, { channel, drawn: "" });
  for (const each of byId("channels").children) each.setAttribute("aria-current", String(each.dataset.channel === channel));
  byId("say").hidden = channel === "home";
  if (channel === "home") ask("home", {});
  else draw();
}

function drawChannels() {
  const mine = here.channels.filter((each) => !each.im_with && each.members.includes(here.user));
  const all = [...mine.map((each) => [each.id, `# ${each.name}`]), [`D${here.user.slice(1)}`, "Sync (direct messages)"], ["home", "Sync (home)"]];
  byId("channels").replaceChildren(...all.map(([id, name]) => {
    const node = make("button", "", name);
    node.dataset.channel = id;
    node.onclick = () => choose(id);
    return node;
  }));
  choose(all[0][0]);
}

async function begin() {
  const workspace = await look("/sandbox/workspace");
  here.channels = workspace.channels;
  here.people = Object.fromEntries(workspace.users.map((user) => [user.id, user]));
  const people = workspace.users.filter((user) => !user.is_bot && user.id !== "USLACKBOT");
  byId("user").replaceChildren(...people.map((user) => {
    const option = make("option", "", `${user.real_name} (${user.tz})`);
    option.value = user.id;
    return option;
  }));
  byId("user").onchange = () => { here.user = byId("user").value; drawChannels(); };
  here.user = people[0].id;
  byId("say").onsubmit = (event) => {
    event.preventDefault();
    const text = byId("text").value.trim();
    byId("text").value = "";
    if (text) ask("say", { channel: here.channel, text });
  };
  drawChannels();
  setInterval(() => draw().catch(() => {}), 1000);
}

begin();
