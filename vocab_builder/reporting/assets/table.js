// A table of thousands of rows: sorted by its heads, a page at a time.

const PAGE = 25;
let tables = 0;

class PagedTable {
  // columns: {head, value, cell, numeric, descending, wide, main, when}; `value` sorts and is saved,
  // `cell` is shown, `main` heads its row, `wide` gives way on a phone, `when` says whether it stands.
  // button, onsave: what the button that saves is called, and what follows.
  // detail(row): what unfolds below a row whose first cell is chosen.
  constructor(host, { caption, columns, tools = [], detail = null, file = "table.csv", button = "Save as CSV", onsave = () => {}, empty = "Nothing here matches." }) {
    this.given = [];
    this.all = columns;
    this.columns = columns;
    this.detail = detail;
    this.caption = caption;
    this.empty = empty;
    this.sorted = { column: null, descending: false };
    this.page = 0;
    this.open = new Set();
    this.id = `table-${tables++}`;
    this.status = el("span", { class: "status", role: "status" });
    this.buttons = [
      ["First", () => 0],
      ["Back", () => this.page - 1],
      ["Next", () => this.page + 1],
      ["Last", () => this.last()],
    ].map(([text, target]) => {
      return el("button", { type: "button", onclick: () => this.go(target()) }, text);
    });
    this.head = el("tr");
    this.body = el("tbody");
    const save = el("button", { type: "button", onclick: () => this.save(file, onsave) }, button);
    host.replaceChildren(
      el("div", { class: "table-tools" }, tools, save),
      el(
        "div",
        { class: "table-scroll", role: "region", tabindex: "0", "aria-label": `Table: ${caption}` },
        el("table", {}, el("caption", { class: "hidden" }, caption), el("thead", {}, this.head), this.body),
      ),
      el("nav", { class: "pager", "aria-label": `Pages: ${caption}` }, this.status, el("span", {}, this.buttons)),
    );
    this.show([]);
  }

  heads() {
    const cells = this.columns.map((column) => {
      const here = this.sorted.column === column;
      const order = here ? (this.sorted.descending ? "descending" : "ascending") : "none";
      const arrow = here ? (this.sorted.descending ? "\u25BC" : "\u25B2") : "";
      const button = el(
        "button",
        { type: "button", onclick: () => this.sort(column) },
        column.head,
        el("span", { class: "arrow", "aria-hidden": "true" }, arrow),
      );
      const kind = [column.numeric && "num", column.wide && "wide"].filter(Boolean).join(" ");
      return el("th", { scope: "col", "aria-sort": order, class: kind || null }, button);
    });
    this.head.replaceChildren(...cells);
  }

  sort(column) {
    const again = this.sorted.column === column;
    const descending = again ? !this.sorted.descending : Boolean(column.descending);
    this.sorted = { column, descending };
    this.show(this.given);
    this.head.children[this.columns.indexOf(column)].querySelector("button").focus();
  }

  show(rows) {
    this.given = rows;
    this.columns = this.all.filter((column) => !column.when || column.when());
    this.heads();
    this.rows = this.order(rows);
    this.page = 0;
    this.open.clear();
    this.render();
  }

  // Rows without a value come last, in either direction; equals stay in the order given.
  order(rows) {
    const { column, descending } = this.sorted;
    if (column === null) return rows;
    const sign = descending ? -1 : 1;
    const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b) : a - b);
    const missing = (value) => value === null || value === undefined || value === "";
    const keyed = rows.map((row) => [column.value(row), row]);
    keyed.sort(([a], [b]) => {
      if (missing(a) || missing(b)) return missing(a) - missing(b);
      return sign * compare(a, b);
    });
    return keyed.map(([, row]) => row);
  }

  last() {
    return Math.max(0, Math.ceil(this.rows.length / PAGE) - 1);
  }

  go(page) {
    this.page = Math.min(Math.max(page, 0), this.last());
    this.render();
  }

  render() {
    const start = this.page * PAGE;
    const part = this.rows.slice(start, start + PAGE);
    this.body.replaceChildren(...part.flatMap((row, index) => this.line(row, `${this.id}-${index}`)));
    if (!part.length) {
      const cell = el("td", { colspan: this.columns.length, class: "none" }, this.empty);
      this.body.append(el("tr", {}, cell));
    }
    const range = part.length ? `${count(start + 1)}\u2013${count(start + part.length)} of ` : "";
    this.status.textContent = `${range}${count(this.rows.length)}`;
    this.buttons.forEach((button, place) => {
      button.disabled = place < 2 ? this.page === 0 : this.page === this.last();
    });
  }

  line(row, id) {
    const unfolded = this.open.has(row);
    const cells = this.columns.map((column, place) => {
      const kind = [column.numeric && "num", column.wide && "wide"].filter(Boolean).join(" ");
      const content = column.cell ? column.cell(row) : number(column.value(row));
      if (!column.main) return el("td", { class: kind || null }, content);
      if (!this.detail) return el("th", { scope: "row" }, content);
      const attributes = {
        type: "button",
        class: "unfold",
        "aria-expanded": String(unfolded),
        "aria-controls": unfolded ? id : null,
        onclick: () => this.toggle(row),
      };
      return el("th", { scope: "row" }, el("button", attributes, content));
    });
    const lines = [el("tr", {}, cells)];
    if (unfolded) {
      const inside = el("td", { colspan: this.columns.length }, this.detail(row));
      lines.push(el("tr", { class: "detail", id }, inside));
    }
    return lines;
  }

  toggle(row) {
    if (!this.open.delete(row)) this.open.add(row);
    const at = this.rows.indexOf(row) - this.page * PAGE;
    this.render();
    this.body.querySelectorAll("button.unfold")[at].focus();
  }

  save(file, onsave) {
    const heads = this.columns.map((column) => column.head);
    const lines = this.rows.map((row) => this.columns.map((column) => column.value(row)));
    download(file, [heads, ...lines]);
    onsave();
  }
}
