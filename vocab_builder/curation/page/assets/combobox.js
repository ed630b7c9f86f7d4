// A field that finds labels while one types: arrows choose, Enter takes, Escape closes.

import { ask } from "./api.js";
import { el, words } from "./dom.js";

const PAUSE = 120;

const FATES = { kept: "kept", dropped: "left out", alias: "alias" };

export class Combobox {
  // choose(hit) gets what was taken; wanted() says whether labels are searched for at all.
  constructor(input, list, { choose, wanted = () => true, failed = () => {} }) {
    this.input = input;
    this.list = list;
    this.choose = choose;
    this.wanted = wanted;
    this.failed = failed;
    this.hits = [];
    this.at = -1;
    this.timer = 0;
    this.asked = null;
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // The field keeps the focus, so that choosing is no blur.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  typed() {
    clearTimeout(this.timer);
    if (!this.input.value.trim() || !this.wanted()) return this.close();
    this.timer = setTimeout(() => this.search(), PAUSE);
  }

  async search() {
    this.asked?.abort();
    this.asked = new AbortController();
    const { signal } = this.asked;
    try {
      const hits = await ask("search", { text: this.input.value }, signal);
      if (signal.aborted) return;
      this.show(hits);
    } catch (error) {
      if (error.name !== "AbortError") this.failed(error);
    }
  }

  show(hits) {
    this.hits = hits;
    this.at = -1;
    const lines = hits.map((hit, place) => {
      const what = hit.match === "alias" || hit.fate === "alias" ? `alias of ${hit.of ?? "another"}` : FATES[hit.fate];
      const line = { role: "option", id: `${this.list.id}-${place}`, "aria-selected": "false", onclick: () => this.take(place) };
      return el("li", line, words(hit.label), " ", el("small", {}, what));
    });
    if (!lines.length) {
      lines.push(el("li", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, "No label matches."));
    }
    this.list.replaceChildren(...lines);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.input.removeAttribute("aria-activedescendant");
  }

  close() {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.hits = [];
    this.at = -1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  point(place) {
    this.list.children[this.at]?.setAttribute("aria-selected", "false");
    this.at = (place + this.hits.length) % this.hits.length;
    const line = this.list.children[this.at];
    line.setAttribute("aria-selected", "true");
    line.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", line.id);
  }

  take(place) {
    const hit = this.hits[place];
    this.close();
    this.choose(hit);
  }

  async key(event) {
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (this.hits.length && event.key === "ArrowDown") {
      event.preventDefault();
      this.point(this.at + 1);
    } else if (this.hits.length && event.key === "ArrowUp") {
      event.preventDefault();
      this.point(this.at < 0 ? -1 : this.at - 1);
    } else if (event.key === "Enter" && this.hits.length && this.at >= 0) {
      event.preventDefault();
      event.stopPropagation();
      this.take(this.at);
    }
  }
}
