// Elements and numbers. Text of the data is only ever written as text nodes.

export const byId = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

// A label or a caption, in its own direction of writing.
export const words = (text) => el("bdi", {}, text);

export const quoted = (text) => `\u201C${text}\u201D`;

const whole = new Intl.NumberFormat("en");
export const count = (value) => whole.format(value);

// Few digits, and a true minus; nothing where there is nothing.
export function number(value, digits = 3) {
  if (value === null || value === undefined) return "";
  if (Number.isInteger(value)) return count(value).replace("-", "\u2212");
  const text = Math.abs(value) >= 0.001 ? value.toFixed(digits) : value.toPrecision(2);
  return text.replace("-", "\u2212");
}

export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
