// Elements and numbers. Text from the data is only ever written as text nodes.

const DATA = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

const whole = new Intl.NumberFormat("en");
const count = (value) => whole.format(value);

// Few digits, and a true minus; nothing where there is nothing.
function number(value, digits = 3) {
  if (value === null || value === undefined) return "";
  if (Number.isInteger(value)) return count(value);
  const text = Math.abs(value) >= 0.001 ? value.toFixed(digits) : value.toPrecision(2);
  return text.replace("-", "\u2212");
}

const colour = (place) => `var(--c${place % 8})`;

function option(value, text) {
  return el("option", { value }, text);
}

// A labelled choice; `choose` gets the value.
function choice(label, options, choose) {
  const select = el("select", { onchange: () => choose(select.value) });
  select.append(...options.map(([value, text]) => option(value, text)));
  return { host: el("label", { class: "choice" }, el("span", {}, label), select), select };
}

// A cell that a spreadsheet would take for a formula begins with an apostrophe instead; the same
// rule as concept_core/releases/csv_cells.py has, which says why.
const FORMULA =
  /^'*(?:[\t\r\n]|[\s\x00-\x20\x7f\u0085\u00ad\u200b-\u200f\u2060-\u2064\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212])/;

function csvCell(value) {
  let text = value === null || value === undefined ? "" : String(value);
  if (typeof value !== "number" && FORMULA.test(text)) text = `'${text}`;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function download(name, rows) {
  const text = rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
