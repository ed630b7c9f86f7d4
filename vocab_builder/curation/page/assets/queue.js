// The queue: a page of it at a time, the facets, and the place where one is.

import { ask } from "./api.js";
import { byId, capital, count, el, words } from "./dom.js";
import { decisionText, fateText } from "./view.js";

const PAGE = 50;
const HEADS = { filter: "Filter", source: "Source", doubt: "Doubt", reason: "Reason", fate: "Fate" };

export class Queue {
  // choose(question) is called when another question is gone to.
  constructor(choose) {
    this.choose = choose;
    this.chosen = {};
    this.offset = 0;
    this.at = 0;
    this.total = 0;
    this.items = [];
    // Label -> place, of what has been seen under these facets.
    this.places = new Map();
    byId("earlier").addEventListener("click", () => this.go(this.offset - 1));
    byId("later").addEventListener("click", () => this.go(this.offset + PAGE));
    byId("list").addEventListener("keydown", (event) => this.key(event));
  }

  get current() {
    return this.items[this.at - this.offset] ?? null;
  }

  // With `again` the page that one is on is read anew: an answer that comes once one has gone on to
  // another page is of no use.
  async load(offset, again = false) {
    const part = await ask("questions", { ...this.chosen, offset, limit: PAGE });
    if (again && offset !== this.offset) return;
    this.offset = offset;
    this.items = part.items;
    this.total = part.total;
    part.items.forEach((question, place) => this.places.set(question.label, offset + place));
    this.showFacets(part.facets);
    this.show();
  }

  // Read the page anew, and give the questions whose decision is another one than before.
  async reload() {
    const before = new Map(this.items.map((question) => [question.label, JSON.stringify(question.decision)]));
    await this.load(this.offset, true);
    return this.items.filter((question) => {
      return before.has(question.label) && before.get(question.label) !== JSON.stringify(question.decision);
    });
  }

  async go(place) {
    if (!this.total) return;
    const at = Math.min(Math.max(place, 0), this.total - 1);
    if (at < this.offset || at >= this.offset + this.items.length) await this.load(at - (at % PAGE));
    this.at = at;
    this.show();
    this.choose(this.current);
  }

  // The next question without a decision after this one, and round; false where there is none.
  async advance(from = this.at + 1) {
    const rest = this.items.findIndex((question, place) => this.offset + place >= from && question.decision === null);
    if (rest >= 0 && from >= this.offset) {
      await this.go(this.offset + rest);
      return true;
    }
    const { offset } = await ask("undecided", { ...this.chosen, from });
    if (offset === null) return false;
    await this.go(offset);
    return true;
  }

  // Begin at the first question without a decision, or at the first of all.
  async begin(from = 0) {
    this.places.clear();
    this.at = 0;
    await this.load(0);
    if (!this.total) return this.choose(null);
    if (!(await this.advance(from))) await this.go(0);
  }

  mark(label, decision) {
    const question = this.items.find((one) => one.label === label);
    if (!question) return;
    question.decision = decision;
    this.show();
  }

  show() {
    const focused = byId("list").contains(document.activeElement);
    const lines = this.items.map((question, place) => this.line(question, this.offset + place));
    byId("list").replaceChildren(...lines);
    byId("list").setAttribute("start", this.offset + 1);
    const here = byId("list").querySelector("[aria-current]");
    if (focused) here?.focus();
    const list = byId("list");
    if (here) list.scrollTop = here.offsetTop - list.clientHeight / 2;
    const last = this.offset + this.items.length;
    byId("range").textContent = this.items.length
      ? `${count(this.offset + 1)}\u2013${count(last)} of ${count(this.total)}`
      : "No question with these facets";
    byId("earlier").disabled = this.offset === 0;
    byId("later").disabled = last >= this.total;
  }

  line(question, at) {
    const { decision } = question;
    const here = at === this.at;
    const what = decision ? decisionText(decision) : capital(fateText(question));
    const button = el(
      "button",
      { type: "button", tabindex: here ? "0" : "-1", "aria-current": here ? "true" : null, onclick: () => this.go(at) },
      el("span", { class: "name" }, words(question.label)),
      el("span", { class: decision ? "what done" : "what" }, words(what)),
    );
    return el("li", {}, button);
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.go(this.at + step);
  }

  showFacets(facets) {
    const host = byId("facets");
    // The choice that one is in stays as it is: its options may be open.
    if (host.contains(document.activeElement) && host.children.length) return;
    const fields = Object.entries(facets).map(([name, counts]) => {
      const sorted = Object.entries(counts).sort((a, b) => b[1] - a[1]);
      const any = el("option", { value: "" }, "any");
      const options = sorted.map(([value, times]) => el("option", { value }, `${value} (${count(times)})`));
      const select = el("select", { onchange: () => this.pick(name, select.value) }, any, options);
      select.value = this.chosen[name] ?? "";
      return el("label", { class: "choice" }, el("span", {}, HEADS[name] ?? capital(name)), select);
    });
    host.replaceChildren(...fields);
  }

  async pick(name, value) {
    if (value) this.chosen[name] = value;
    else delete this.chosen[name];
    await this.begin();
  }
}
