// The topmost modal: drawn, filled in, submitted; what the app finds wrong is said under the field.

import { drawn } from "./blocks.js";
import { valueOf } from "./elements.js";
import { byId, make, marked } from "./make.js";
import { ask, here } from "./service.js";
import { words } from "./text.js";

const REQUIRED = "Please complete this required field.";
const shown = { state: "", view: null, before: null };

/** A block with what the person had filled in as its initial value. */
function filled(block, view) {
  const chosen = block.element && view.chosen[`${block.block_id}/${block.element.action_id}`];
  if (!chosen) return block;
  const { value, selected_date: date, selected_time: time, selected_option: one, selected_options: several } = chosen;
  const initial = { initial_value: value, initial_date: date, initial_time: time, initial_option: one, initial_options: several };
  const given = Object.fromEntries(Object.entries(initial).filter(([, each]) => each !== undefined));
  return { ...block, element: { ...block.element, ...given } };
}

const inputs = (view) => view.blocks.filter((block) => block.type === "input");
const boxOf = (block) => byId("modal").querySelector(`[data-block="${CSS.escape(block.block_id)}"]`);
const fieldOf = (block) => boxOf(block).querySelector("[data-action]");

/** Says under each field what is wrong with it; the first of them gets the focus. */
function tell(view, trouble) {
  const wrong = inputs(view).filter((block) => trouble[block.block_id]);
  for (const block of inputs(view)) {
    boxOf(block).querySelector(".trouble").textContent = trouble[block.block_id] ?? "";
    marked(fieldOf(block), { "aria-invalid": String(wrong.includes(block)) });
  }
  byId("modal").querySelector(".foot-trouble").textContent = trouble[""] ?? "";
  const first = wrong.length ? fieldOf(wrong[0]) : null;
  (first?.matches(".choices") ? first.querySelector("input") : first)?.focus();
}

async function submit(view) {
  const values = Object.fromEntries(inputs(view).map((block) => [block.block_id, valueOf(fieldOf(block))]));
  const missing = inputs(view).filter((block) => !block.optional && !values[block.block_id].length);
  if (missing.length) return tell(view, Object.fromEntries(missing.map((block) => [block.block_id, REQUIRED])));
  const button = byId("modal").querySelector("[data-submit]");
  button.disabled = true;
  await ask("submit", { view: view.id, values, wait: true });
  button.disabled = false;
}

function draw(view) {
  const close = () => ask("close", { view: view.id });
  const title = Object.assign(make("h2", "", words(view.title)), { id: "modal-title" });
  const cross = marked(make("button", "plain", "✕"), { type: "button", "aria-label": "Close" });
  const cancel = marked(make("button", "press", view.close ? words(view.close) : "Close"), { type: "button" });
  const send = view.submit ? marked(make("button", "press primary", words(view.submit)), { "data-submit": "" }) : null;
  cross.onclick = cancel.onclick = close;
  const act = (what) => ask("press", { view: view.id, ...what });
  const blocks = view.blocks.map((block) => drawn(filled(block, view), act));
  const foot = make("div", "buttons", marked(make("span", "foot-trouble trouble"), { role: "alert" }), cancel, send);
  const form = marked(make("form", "", make("header", "", title, cross), make("div", "scroll", ...blocks), foot), { novalidate: "" });
  form.onsubmit = (event) => { event.preventDefault(); submit(view); };
  const dialog = byId("modal");
  dialog.replaceChildren(form);
  dialog.oncancel = (event) => { event.preventDefault(); close(); };
  if (!dialog.open) dialog.showModal();
  (form.querySelector(".scroll :is(input, textarea, select, button, a)") ?? send ?? cancel).focus();
}

function shut() {
  const dialog = byId("modal");
  if (!dialog.open) return;
  dialog.close();
  if (shown.before?.isConnected) shown.before.focus();
  shown.before = null;
}

/** Shows the topmost of the open `views`, or none. */
export function showModal(views) {
  const view = views.at(-1);
  const state = view ? `${here.user} ${view.id} ${view.hash}` : "";
  if (state !== shown.state) {
    if (view && !shown.state) shown.before = document.activeElement;
    shown.state = state;
    if (view) draw(view);
    else shut();
    shown.trouble = "{}";
  }
  const trouble = JSON.stringify(view?.trouble ?? {});
  if (view && trouble !== shown.trouble) tell(view, view.trouble);
  shown.trouble = trouble;
}
