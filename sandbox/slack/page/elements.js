// What can be pressed, chosen or filled in. `act` takes {action_id, value}; it is called once a person has confirmed.

import { freshId, make, marked } from "./make.js";
import { confirmed } from "./confirm.js";
import { here } from "./service.js";
import { words } from "./text.js";

const named = (node, element) => marked(node, { "data-action": element.action_id });

function button(element, act) {
  const node = named(make("button", `press ${element.style ?? ""}`, words(element.text)), element);
  node.type = "button";
  marked(node, { "aria-label": element.accessibility_label });
  node.onclick = async () => {
    if (!(await confirmed(element.confirm))) return;
    if (element.url && /^https?:/i.test(element.url)) window.open(element.url, "_blank", "noreferrer");
    act({ action_id: element.action_id });
  };
  return node;
}

function option(given, chosen) {
  const node = make("option", "", given.text.text);
  return Object.assign(node, { value: given.value, selected: chosen.includes(given.value) });
}

const people = () => Object.values(here.people).filter((one) => !one.is_bot)
  .map((one) => ({ value: one.id, text: { text: one.real_name } }));
const channels = () => here.rooms.filter((room) => !room.im_with).map((room) => ({ value: room.id, text: { text: `#${room.name}` } }));

function optionsOf(element) {
  if (element.type.includes("users_select")) return people();
  if (/conversations_select|channels_select/.test(element.type)) return channels();
  return element.options ?? [];
}

/** Values chosen from the start. */
function chosenIn(element) {
  const one = element.initial_option?.value ?? element.initial_user ?? element.initial_channel ?? element.initial_conversation;
  return one ? [one] : (element.initial_options ?? []).map((each) => each.value);
}

/** Arrow keys open a closed menu instead of choosing from it unseen. */
function opensByArrow(node) {
  node.onkeydown = (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || node.multiple) return;
    event.preventDefault();
    node.showPicker();
  };
}

function menu(element, act) {
  const several = element.type.startsWith("multi_");
  const node = named(make("select", "press menu"), element);
  const chosen = chosenIn(element);
  const label = element.placeholder?.text ?? (element.type === "overflow" ? "More" : "Choose");
  const none = Object.assign(make("option", "", element.type === "overflow" ? "⋯" : label), { value: "" });
  if (!several) node.append(none);
  node.multiple = several;
  node.append(...optionsOf(element).map((each) => option(each, chosen)));
  for (const group of element.option_groups ?? []) {
    const box = make("optgroup", "", ...group.options.map((each) => option(each, chosen)));
    node.append(Object.assign(box, { label: group.label.text }));
  }
  marked(node, { "aria-label": label });
  opensByArrow(node);
  const before = node.value;
  node.onchange = async () => {
    const value = several ? [...node.selectedOptions].map((each) => each.value) : node.value;
    if (await confirmed(element.confirm)) act({ action_id: element.action_id, value });
    else node.value = before;
  };
  return node;
}

function choices(element, act) {
  const kind = element.type === "checkboxes" ? "checkbox" : "radio";
  const chosen = chosenIn(element);
  const group = freshId("choice");
  const box = named(make("div", "choices"), element);
  for (const each of element.options) {
    const node = Object.assign(make("input"), { type: kind, name: group, value: each.value, checked: chosen.includes(each.value) });
    node.onchange = () => act({ action_id: element.action_id, value: kind === "radio" ? each.value : checkedIn(box) });
    const about = each.description ? make("span", "faint", words(each.description)) : null;
    box.append(make("label", "", node, " ", words(each.text), about ? " " : null, about));
  }
  return marked(box, { role: kind === "radio" ? "radiogroup" : "group" });
}

const checkedIn = (box) => [...box.querySelectorAll("input:checked")].map((each) => each.value);

const TYPES = {
  datepicker: "date", timepicker: "time", datetimepicker: "datetime-local", number_input: "number",
  email_text_input: "email", url_text_input: "url",
};

function field(element, act) {
  const node = named(make(element.multiline ? "textarea" : "input", "field"), element);
  if (!element.multiline) node.type = TYPES[element.type] ?? "text";
  node.value = element.initial_value ?? element.initial_date ?? element.initial_time ?? "";
  marked(node, { placeholder: element.placeholder?.text, maxlength: element.max_length, autocomplete: "off" });
  node.onchange = () => act({ action_id: element.action_id, value: node.value });
  return node;
}

/** The image of a block or an element. */
export function image(element) {
  const url = element.image_url ?? (element.slack_file?.id ? `/sandbox/files/${element.slack_file.id}` : element.slack_file?.url ?? "");
  return Object.assign(make("img"), { src: /^(https?:|data:image|\/sandbox)/i.test(url) ? url : "", alt: element.alt_text, title: element.alt_text });
}

/** One element, wired to `act`. */
export function element(given, act) {
  if (given.type === "button" || given.type === "workflow_button") return button(given, act);
  if (given.type === "image") return image(given);
  if (given.type === "checkboxes" || given.type === "radio_buttons") return choices(given, act);
  if (/select$|^overflow$/.test(given.type)) return menu(given, act);
  return field(given, act);
}

/** What stands in an element now, as the service takes it. */
export function valueOf(node) {
  if (node.matches(".choices")) {
    const values = checkedIn(node);
    return node.getAttribute("role") === "radiogroup" ? values[0] ?? "" : values;
  }
  return node.multiple ? [...node.selectedOptions].map((each) => each.value) : node.value;
}
