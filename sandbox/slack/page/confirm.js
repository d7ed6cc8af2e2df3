// "Are you sure?", as an app asks it before a press counts.

import { byId, make } from "./make.js";
import { words } from "./text.js";

/** Whether the person confirms; true at once where the app asks nothing. Escape means no. */
export function confirmed(asks) {
  if (!asks) return Promise.resolve(true);
  const dialog = byId("confirm");
  const title = Object.assign(make("h2", "", asks.title.text), { id: "confirm-title" });
  const text = Object.assign(make("div", "", words(asks.text)), { id: "confirm-text" });
  const no = make("button", "press", asks.deny.text);
  const yes = make("button", `press ${asks.style === "danger" ? "danger" : "primary"}`, asks.confirm.text);
  dialog.replaceChildren(title, text, make("div", "buttons", no, yes));
  dialog.returnValue = "";
  no.onclick = () => dialog.close("no");
  yes.onclick = () => dialog.close("yes");
  dialog.showModal();
  no.focus();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "yes");
  });
}
