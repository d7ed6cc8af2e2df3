// What the page knows, and its way to the service.

import { byId } from "./make.js";

export const here = {
  user: "", // who we are
  room: "", // the channel or direct messages we look at
  tab: "messages", // or home, of the app
  thread: "", // ts of the thread that is open
  people: {},
  rooms: [],
  hints: [],
  bot: "",
  messages: new Map(), // id -> message, all that we see
  since: "", // the newest change we have seen
};

export const me = () => here.people[here.user] ?? { tz: "Etc/UTC", locale: "en-US" };
export const myDm = () => `D${here.user.slice(1)}`;

export async function look(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

/** Does something as the person we are. What cannot be done is said in words, and returned with ok: false. */
export async function ask(name, asked) {
  const body = JSON.stringify({ user: here.user, ...asked });
  try {
    const said = await (await fetch(`/sandbox/${name}`, { method: "POST", body })).json();
    complain(said.ok ? "" : said.error);
    return said;
  } catch {
    complain("Slack cannot be reached.");
    return { ok: false };
  }
}

export function complain(words) {
  byId("trouble").textContent = words;
  byId("trouble").hidden = !words;
}
