// The map of concepts: a canvas to zoom and move, with a label under the pointer.

const NEAR = 14; // pixels within which a point answers the pointer
const NAMED = 24; // search results that carry their label
const COLOURS = 7; // the eighth is grey
const GREY = 7;
const PAINTS = Array.from({ length: COLOURS + 1 }, (_, place) => colour(place));

// What is in no group of a scheme.
const REST = { family: "no family", source: "no evidence" };

// The concepts at an end of an axis name it; an axis along which nothing differs has no ends.
const POINTS = { left: "\u2190 ", right: " \u2192", top: " \u2191", bottom: " \u2193" };

function axisEnd(side, labels) {
  if (!labels.length) return null;
  const text = labels.join(", ");
  return el("p", { class: `axis-end axis-${side}` }, side === "left" ? POINTS[side] + text : text + POINTS[side]);
}

function span(key) {
  return CONCEPTS.flat().reduce((most, row) => Math.max(most, 2 * Math.abs(row[key])), 1);
}

const SPAN = { x: span("x"), y: span("y") };

class ConceptMap {
  constructor(host) {
    this.view = { scale: 1, x: 0, y: 0 };
    this.canvas = el("canvas", {
      tabindex: "0",
      role: "img",
      "aria-label": "Map of concepts on two axes. Arrow keys move it, plus and minus zoom, 0 resets.",
      "aria-describedby": "map-note",
    });
    this.tip = el("div", { class: "tip", hidden: true });
    this.legend = el("ul", { class: "legend" });
    const by = keptChoice("Colour by", "colour", SCHEMES.map((scheme) => [scheme, scheme]));
    const zoom = (factor) => () => this.zoom(factor, this.width / 2, this.height / 2);
    host.append(
      el(
        "div",
        { class: "table-tools" },
        by.host,
        el("button", { type: "button", onclick: zoom(1.5), "aria-label": "Zoom in" }, "+"),
        el("button", { type: "button", onclick: zoom(1 / 1.5), "aria-label": "Zoom out" }, "\u2212"),
        el("button", { type: "button", onclick: () => this.reset() }, "Reset"),
      ),
      axisEnd("top", DATA.map.ends[1][1]),
      el("div", { class: "map" }, this.canvas, this.tip),
      el("div", { class: "axis-ends" }, axisEnd("left", DATA.map.ends[0][0]), axisEnd("bottom", DATA.map.ends[1][0]), axisEnd("right", DATA.map.ends[0][1])),
      this.legend,
    );
    this.listen();
    new ResizeObserver(() => this.resize()).observe(this.canvas);
    document.addEventListener("theme", () => this.draw());
    this.resize();
    watch(["vocabulary", "colour"], () => this.regroup());
    watch(["vocabulary", "colour", "query"], () => this.update());
  }

  // The group of a concept under the chosen scheme; that of its sources is the one that has most of it.
  group(row) {
    if (state.colour === "family") return row.family < 0 ? REST.family : DATA.map.families[row.family];
    if (state.colour === "kind") return row.kind;
    if (state.colour === "vocabulary") return name(row.v);
    const { evidence, sources } = DATA.vocabularies[row.v].concepts;
    const best = evidence[row.at].reduce((most, one) => (most === null || one[2] > most[2] ? one : most), null);
    return best === null ? REST.source : sources[best[0]];
  }

  // What is searched for changes with every key: the groups stay, and one frame is drawn for all.
  update() {
    this.matches = state.query ? matching(this.rows) : [];
    this.hide();
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  regroup() {
    this.rows = shown(CONCEPTS);
    const groups = this.rows.map((row) => this.group(row));
    const sizes = new Map();
    for (const group of groups) sizes.set(group, (sizes.get(group) || 0) + 1);
    const rest = REST[state.colour];
    // A vocabulary keeps its colour; other groups take theirs by size, and what is in none is grey.
    const names = state.colour === "vocabulary"
      ? DATA.vocabularies.map((vocabulary) => vocabulary.specifier)
      : [...sizes.keys()].filter((group) => group !== rest).sort((a, b) => sizes.get(b) - sizes.get(a) || a.localeCompare(b));
    const number = new Map(names.map((group, place) => [group, place % COLOURS]));
    // More groups than colours: the smallest are one.
    if (state.colour !== "vocabulary" && names.length > COLOURS) {
      const small = names.splice(COLOURS - 1);
      const together = `${small.length} smaller`;
      for (const group of small) number.set(group, COLOURS - 1);
      sizes.set(together, small.reduce((sum, group) => sum + sizes.get(group), 0));
      number.set(together, COLOURS - 1);
      names.push(together);
    }
    if (sizes.has(rest)) {
      number.set(rest, GREY);
      names.push(rest);
    }
    this.groups = groups.map((group) => number.get(group));
    // What is in a group lies over what is in none.
    const grey = (place) => this.groups[place] === GREY;
    const places = this.rows.map((_, place) => place);
    this.layers = [...places.filter(grey), ...places.filter((place) => !grey(place))];
    const entries = names.filter((group) => sizes.has(group)).map((group) => {
      const dot = el("span", { class: "dot", "aria-hidden": "true" });
      dot.style.background = PAINTS[number.get(group)];
      return el("li", {}, dot, group, el("small", {}, ` ${count(sizes.get(group))}`));
    });
    this.legend.replaceChildren(...entries);
  }

  resize() {
    const ratio = window.devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.pen = this.canvas.getContext("2d");
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (this.rows) this.draw();
  }

  // From map units to pixels; the whole map fits, and both axes have one scale.
  at(row) {
    const unit = Math.min(this.width / SPAN.x, this.height / SPAN.y) * 0.94;
    return [
      this.width / 2 + (row.x * unit + this.view.x) * this.view.scale,
      this.height / 2 - (row.y * unit + this.view.y) * this.view.scale,
    ];
  }

  draw() {
    const style = getComputedStyle(this.canvas);
    const probe = el("span");
    this.canvas.parentNode.append(probe);
    const resolve = (value) => {
      probe.style.color = value;
      return getComputedStyle(probe).color;
    };
    const colours = PAINTS.map(resolve);
    const [ink, paper] = [resolve("var(--ink)"), resolve("var(--surface)")];
    probe.remove();
    const pen = this.pen;
    pen.clearRect(0, 0, this.width, this.height);
    const radius = 2.4 * Math.min(2.2, Math.sqrt(this.view.scale));
    const strength = this.matches.length ? 0.35 : 0.72;
    for (const place of this.layers) {
      pen.globalAlpha = this.groups[place] === GREY ? strength / 2.5 : strength;
      const [x, y] = this.at(this.rows[place]);
      pen.fillStyle = colours[this.groups[place]];
      pen.beginPath();
      pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.fill();
    }
    pen.globalAlpha = 1;
    pen.font = `600 12px ${style.fontFamily}`;
    pen.textBaseline = "middle";
    this.rings(radius, ink, paper);
  }

  rings(radius, ink, paper) {
    const pen = this.pen;
    const taken = [];
    this.matches.forEach((row) => {
      const [x, y] = this.at(row);
      pen.fillStyle = pen.strokeStyle = ink;
      pen.lineWidth = 1.5;
      pen.beginPath();
      pen.arc(x, y, radius + 1.5, 0, 2 * Math.PI);
      pen.fill();
    });
    for (const row of this.matches.slice(0, 4 * NAMED)) {
      const [x, y] = this.at(row);
      const width = pen.measureText(row.label).width;
      const left = x + 7 + width > this.width ? x - 7 - width : x + 7;
      const box = [left, y - 7, left + width, y + 7];
      // A label that would lie on another is left to the pointer.
      if (taken.length >= NAMED || taken.some((b) => box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3])) continue;
      taken.push(box);
      pen.lineWidth = 4;
      pen.strokeStyle = paper;
      pen.lineJoin = "round";
      pen.strokeText(row.label, left, y);
      pen.fillText(row.label, left, y);
    }
  }

  zoom(factor, x, y) {
    const scale = Math.min(24, Math.max(1, this.view.scale * factor));
    const [fromX, fromY] = [x - this.width / 2, this.height / 2 - y];
    this.view.x += fromX / scale - fromX / this.view.scale;
    this.view.y += fromY / scale - fromY / this.view.scale;
    this.view.scale = scale;
    this.draw();
  }

  move(x, y) {
    this.view.x += x / this.view.scale;
    this.view.y -= y / this.view.scale;
    this.draw();
  }

  reset() {
    this.view = { scale: 1, x: 0, y: 0 };
    this.draw();
  }

  listen() {
    const canvas = this.canvas;
    let held = null;
    canvas.addEventListener("pointerdown", (event) => {
      held = [event.offsetX, event.offsetY];
      canvas.setPointerCapture(event.pointerId);
      this.point(event.offsetX, event.offsetY);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (held === null) return this.point(event.offsetX, event.offsetY);
      this.hide();
      this.move(event.offsetX - held[0], event.offsetY - held[1]);
      held = [event.offsetX, event.offsetY];
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (held = null));
    canvas.addEventListener("pointerleave", () => this.hide());
    // A wheel over the map scrolls the page, unless the map was chosen first.
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && document.activeElement !== canvas) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const keys = {
        ArrowLeft: () => this.move(40, 0),
        ArrowRight: () => this.move(-40, 0),
        ArrowUp: () => this.move(0, 40),
        ArrowDown: () => this.move(0, -40),
        "+": () => this.zoom(1.5, this.width / 2, this.height / 2),
        "-": () => this.zoom(1 / 1.5, this.width / 2, this.height / 2),
        0: () => this.reset(),
      };
      if (!(event.key in keys) || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      keys[event.key]();
    });
  }

  point(x, y) {
    let best = null;
    let least = NEAR ** 2;
    const pool = this.matches.length ? this.matches : this.rows;
    for (const row of pool) {
      const [atX, atY] = this.at(row);
      const far = (atX - x) ** 2 + (atY - y) ** 2;
      if (far < least) [best, least] = [row, far];
    }
    if (best === null) return this.hide();
    const [atX, atY] = this.at(best);
    const near = neighbours(best).slice(0, 3).map(([label]) => label).join(", ");
    this.tip.replaceChildren(
      el("b", {}, best.label),
      el("span", {}, `${best.kind}, count ${count(best.count)}, ${this.group(best)}`),
      ...(near ? [el("span", {}, `near: ${near}`)] : []),
    );
    this.tip.hidden = false;
    this.tip.style.left = `${Math.min(Math.max(0, atX + 12), Math.max(0, this.width - this.tip.offsetWidth))}px`;
    const below = atY + 14 + this.tip.offsetHeight < this.height;
    this.tip.style.top = `${below ? atY + 14 : atY - 14 - this.tip.offsetHeight}px`;
  }

  hide() {
    this.tip.hidden = true;
  }
}
