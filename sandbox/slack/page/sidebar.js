// Whom to be and where to look.

import { byId, make, marked } from "./make.js";
import { here, me, myDm } from "./service.js";

const read = new Map(); // "user room" -> ts of the newest message seen there

/** The rooms this person is in: channels, then the app's direct messages. */
export function myRooms() {
  const channels = here.rooms.filter((room) => !room.im_with && !room.is_archived && room.members.includes(here.user));
  return [...channels, { id: myDm(), name: here.people[here.bot]?.real_name ?? "App", im_with: here.user }];
}

export const roomHere = () => myRooms().find((room) => room.id === here.room);

function newest(room) {
  let last = "";
  for (const message of here.messages.values()) if (message.channel === room && message.ts > last) last = message.ts;
  return last;
}

function item(room, go) {
  const mark = room.im_with ? "⇄" : room.is_private ? "🔒" : "#";
  const node = make("button", "room", marked(make("span", "mark", mark), { "aria-hidden": "true" }), make("span", "", room.name));
  if (room.im_with) node.append(make("span", "badge", "APP"));
  if (room.is_ext_shared) node.append(make("span", "badge", "shared"));
  node.onclick = () => go(room.id);
  return marked(make("li", "", node), { "data-room": room.id });
}

/** Which rooms have what this person has not seen; the one on the screen is seen. */
export function markUnread() {
  for (const node of document.querySelectorAll("[data-room]")) {
    const room = node.dataset.room;
    const key = `${here.user} ${room}`;
    const last = newest(room);
    const open = room === here.room && here.tab === "messages";
    if (open || !read.has(key)) read.set(key, last);
    const unread = last > read.get(key);
    node.firstChild.classList.toggle("unread", unread);
    marked(node.firstChild, { "aria-current": room === here.room ? "page" : "false", "aria-description": unread ? "unread" : "" });
  }
}

export function drawSidebar(go) {
  const rooms = myRooms();
  byId("rooms").replaceChildren(...rooms.filter((room) => !room.im_with).map((room) => item(room, go)));
  byId("apps").replaceChildren(...rooms.filter((room) => room.im_with).map((room) => item(room, go)));
}

export function drawPeople(go) {
  const people = Object.values(here.people).filter((one) => !one.is_bot && one.id !== "USLACKBOT" && !one.deleted);
  byId("person").replaceChildren(...people.map((one) => {
    const about = one.is_admin ? " (admin)" : one.is_restricted ? " (guest)" : one.locale.startsWith("en") ? "" : ` (${one.locale})`;
    return Object.assign(make("option", "", one.real_name + about), { value: one.id });
  }));
  byId("person").onchange = () => go(byId("person").value);
}

export function drawTop() {
  const room = roomHere();
  byId("person").value = here.user;
  byId("person-about").textContent = `${me().tz} · ${me().locale}`;
  byId("room-name").textContent = room.im_with ? room.name : `# ${room.name}`;
  byId("room-about").textContent = room.im_with ? "app" : room.is_ext_shared ? "shared with another company" : `${room.members.length} members`;
  byId("tabs").hidden = !room.im_with;
  byId("text").placeholder = `Message ${room.im_with ? room.name : `#${room.name}`}  (/ for commands)`;
  document.documentElement.lang = me().locale.slice(0, 2);
  for (const name of ["home", "messages"]) {
    marked(byId(`tab-${name}`), { "aria-selected": String(here.tab === name), tabindex: here.tab === name ? 0 : -1 });
    byId(name).hidden = here.tab !== name;
  }
  byId("say").hidden = here.tab !== "messages";
}
