// Building the page. Text goes in as text nodes only: nothing that a message holds is ever read as HTML.

export const byId = (id) => document.getElementById(id);

/** An element; `inside` are nodes and strings, empty ones left out. */
export function make(tag, className, ...inside) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...inside.filter((each) => each !== null && each !== undefined && each !== ""));
  return node;
}

/** An element with attributes; those that are null or undefined are left out. */
export function marked(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  return node;
}

let last = 0;

/** An id that nothing on the page has. */
export const freshId = (kind) => `${kind}-${++last}`;
