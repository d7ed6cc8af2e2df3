// The message boxes: Enter sends, a slash offers the app's commands, and what a command takes stands above it.

import { byId, make, marked } from "./make.js";
import { ask, here } from "./service.js";

/** Sends what a box holds; it is emptied unless it could not be sent. */
async function send(box, where) {
  const text = box.value.trim();
  if (!text) return;
  box.value = "";
  box.dispatchEvent(new Event("input"));
  const said = await ask("say", { text, ...where() });
  if (!said.ok && !box.value) box.value = text;
}

function sends(form, box, where) {
  form.onsubmit = (event) => { event.preventDefault(); send(box, where); };
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.defaultPrevented) return;
    event.preventDefault();
    send(box, where);
  });
  box.addEventListener("input", () => {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
  });
}

/** The commands that what has been typed so far may become. */
const offered = (text) => (/^\/\S*$/.test(text) ? here.hints.filter((each) => each.command.startsWith(text)) : []);
const typed = (text) => here.hints.find((each) => text === each.command || text.startsWith(`${each.command} `));

function hint(each, take) {
  const node = make("div", "", make("b", "", each.command), " ", make("span", "", each.usage_hint), make("div", "faint", each.description));
  node.onmousedown = (event) => { event.preventDefault(); take(each); };
  return marked(node, { role: "option", id: `hint-${each.command.slice(1)}`, "aria-selected": "true" });
}

function offers(box) {
  const [list, usage] = [byId("hints"), byId("usage")];
  const take = (each) => {
    box.value = `${each.command} `;
    box.focus();
    show();
  };
  function show() {
    const found = offered(box.value);
    const known = found.length ? null : typed(box.value);
    list.replaceChildren(...found.map((each) => hint(each, take)));
    list.hidden = !found.length;
    usage.replaceChildren(...(known ? [make("b", "", known.command), " ", known.usage_hint] : []));
    usage.hidden = !known;
    marked(box, { "aria-activedescendant": found.length ? `hint-${found[0].command.slice(1)}` : "" });
  }
  box.addEventListener("input", show);
  box.addEventListener("keydown", (event) => {
    const [first] = offered(box.value);
    if (event.key === "Escape") list.hidden = true;
    if (!first || list.hidden || first.command === box.value || !["Tab", "Enter"].includes(event.key)) return;
    event.preventDefault();
    take(first);
  });
}

export function beginComposers() {
  offers(byId("text"));
  sends(byId("say"), byId("text"), () => ({ channel: here.room }));
  sends(byId("reply"), byId("reply-text"), () => ({ channel: here.room, thread_ts: here.thread }));
}
