// A small Slack: what one person sees, asked for twice a second, and where they are: #U0ADMIN/C0OPS/home.

import { drawn } from "./blocks.js";
import { beginComposers } from "./composer.js";
import { byId, make } from "./make.js";
import { MessageList } from "./messages.js";
import { showModal } from "./modal.js";
import { ask, complain, here, look } from "./service.js";
import { drawPeople, drawSidebar, drawTop, markUnread, myRooms, roomHere } from "./sidebar.js";

const EVERY_MS = 400;
const channel = new MessageList(byId("messages"), openThread);
const replies = new MessageList(byId("replies"), null);
const shown = { home: "", threadRoom: "" };

// ---- where we are

function go({ user = here.user, room = here.room, tab = "messages" }) {
  location.hash = `${user}/${room}${tab === "home" ? "/home" : ""}`;
}

function arrive() {
  const [user, room, tab] = location.hash.slice(1).split("/");
  const before = here.user;
  here.user = here.people[user] ? user : "U0ADMIN" in here.people ? "U0ADMIN" : byId("person").value;
  here.room = myRooms().some((each) => each.id === room) ? room : myRooms()[0].id;
  here.tab = tab === "home" && roomHere().im_with ? "home" : "messages";
  if (here.user !== before) Object.assign(here, { messages: new Map(), since: "" });
  closeThread();
  channel.clear();
  channel.changed = true;
  shown.home = "";
  drawSidebar((to) => go({ room: to }));
  drawTop();
  if (here.tab === "home") ask("home", {});
  refresh();
}

// ---- threads

function openThread(ts) {
  here.thread = ts;
  byId("thread").hidden = false;
  replies.clear();
  replies.changed = true;
  draw();
  byId("reply-text").focus();
}

function closeThread() {
  const ts = here.thread;
  Object.assign(here, { thread: "" });
  byId("thread").hidden = true;
  const parent = [...here.messages.values()].find((message) => message.ts === ts);
  if (parent) document.querySelector(`#messages [data-message="${parent.id}"] :is(.replies, .begin)`)?.focus();
}

// ---- what is seen

const inThread = (message) => message.thread_ts && message.thread_ts !== message.ts;

function draw() {
  const all = [...here.messages.values()].filter((message) => message.channel === here.room);
  all.sort((one, other) => (one.ts < other.ts ? -1 : 1));
  const repliesTo = (ts) => all.filter((message) => inThread(message) && message.thread_ts === ts);
  channel.show(all.filter((message) => !inThread(message)), repliesTo);
  if (here.thread) replies.show(all.filter((message) => message.ts === here.thread || message.thread_ts === here.thread), repliesTo);
  markUnread();
}

function drawHome(home) {
  const state = JSON.stringify([here.user, home?.hash]);
  if (here.tab !== "home" || state === shown.home) return;
  shown.home = state;
  const act = (what) => ask("press", { home: true, ...what });
  const empty = make("p", "faint", "The app shows nothing here yet.");
  byId("home").replaceChildren(...(home ? home.blocks.map((block) => drawn(block, act)) : [empty]));
}

function take(seen) {
  for (const message of seen.messages) {
    here.messages.set(message.id, message);
    for (const at of [message.ts, message.edited]) if (at > here.since) here.since = at;
  }
  const known = new Set(seen.ids);
  for (const id of here.messages.keys()) if (!known.has(id)) here.messages.delete(id);
}

async function refresh() {
  const user = here.user;
  const seen = await look(`/sandbox/screen?user=${user}&since=${here.since}`);
  if (user !== here.user) return;
  take(seen);
  draw();
  drawHome(seen.home);
  showModal(seen.views);
}

async function keepLooking() {
  try {
    await refresh();
    if (byId("trouble").dataset.lost) complain("");
    delete byId("trouble").dataset.lost;
  } catch {
    complain("Slack cannot be reached; trying again …");
    byId("trouble").dataset.lost = "yes";
  }
  setTimeout(keepLooking, EVERY_MS);
}

// ---- the beginning

function listen() {
  byId("thread-close").onclick = closeThread;
  byId("thread").onkeydown = (event) => { if (event.key === "Escape") closeThread(); };
  byId("tabs").onclick = ({ target }) => { if (target.id) go({ tab: target.id.slice(4) }); };
  byId("tabs").onkeydown = ({ key }) => {
    if (key !== "ArrowLeft" && key !== "ArrowRight") return;
    go({ tab: here.tab === "home" ? "messages" : "home" });
    byId(here.tab === "home" ? "tab-messages" : "tab-home").focus();
  };
  document.querySelector(".skip").onclick = (event) => { event.preventDefault(); byId("text").focus(); };
  window.addEventListener("hashchange", arrive);
}

async function begin() {
  const workspace = await look("/sandbox/workspace");
  Object.assign(here, { rooms: workspace.channels, hints: workspace.hints, bot: workspace.bot });
  here.people = Object.fromEntries(workspace.users.map((one) => [one.id, one]));
  byId("team").textContent = workspace.team;
  drawPeople((user) => go({ user, room: here.room.startsWith("D") ? `D${user.slice(1)}` : here.room }));
  beginComposers();
  listen();
  arrive();
  keepLooking();
}

begin().catch((problem) => complain(`Slack cannot be reached: ${problem.message}`));
