// The table of concepts, and all that is known of one.

const SCROLLED = 8; // facts of one kind from which their list scrolls

function sourceNames(row) {
  return row.sources.map((source) => DATA.vocabularies[row.v].concepts.sources[source]);
}

function chips(row) {
  return sourceNames(row).map((source) => el("span", { class: "chip" }, source));
}

function neighbours(row) {
  return row.near.map((at, place) => [CONCEPTS[row.v][at].label, row.cosine[place] / 1000]);
}

function seek(label) {
  return el("button", { type: "button", class: "seek", onclick: () => change({ query: label.toLowerCase() }) }, label);
}

const whose = {
  head: "Vocabulary",
  value: (row) => name(row.v),
  cell: (row) => dotted(row.v),
  when: () => state.vocabulary < 0,
  wide: true,
};

const conceptColumns = [
  { head: "#", value: (row) => row.at + 1, numeric: true },
  { head: "Concept", value: (row) => row.label, cell: labelled, main: true },
  whose,
  { head: "Gain", value: (row) => row.gain, cell: (row) => gainCell(row), numeric: true, descending: true },
  { head: "Count", value: (row) => row.count, numeric: true, descending: true },
  { head: "Kind", value: (row) => row.kind, cell: (row) => row.kind, wide: true },
  {
    head: "Evidence",
    value: (row) => sourceNames(row).join("; "),
    cell: chips,
    wide: true,
  },
  {
    head: "Nearest neighbours",
    value: (row) => neighbours(row).map(([label]) => label).join("; "),
    cell: (row) =>
      neighbours(row).slice(0, 3).map(([label, cosine], place) => [
        place ? ", " : "",
        label,
        el("small", {}, ` ${cosine.toFixed(2)}`),
      ]),
    wide: true,
  },
];

function gainCell(row) {
  return row.gain === null ? "" : row.gain >= 1 ? number(Math.round(row.gain)) : row.gain.toPrecision(3);
}

function fate(v, label) {
  if (PLACE[v].has(label)) return `concept ${PLACE[v].get(label) + 1}`;
  const drop = FATE[v].get(label);
  return drop ? `left out: ${drop.reason}` : null;
}

// A long list scrolls, and what scrolls can be reached by the keyboard.
function facts(title, items) {
  if (!items.length) return null;
  const long = items.length > SCROLLED ? { class: "long", tabindex: "0", "aria-label": title } : {};
  return el("div", {}, el("h3", {}, title), el("ul", long, items.map((item) => el("li", {}, item))));
}

// A decision of a release: what, why, who and when.
const TEXTS = ["note", "definition"]; // what leads to a text and not to a word

function decided(one) {
  const to = one.to ? (TEXTS.includes(one.action) ? `: ${one.to}` : ` \u2192 ${one.to}`) : "";
  const signed = [one.by, day(one.at)].filter(Boolean).join(", ");
  return [
    el("b", {}, one.action),
    ` ${one.label}${to}`,
    one.reason ? ` \u201C${one.reason}\u201D` : "",
    el("small", {}, signed ? ` ${signed}` : "", one.replaced ? " (no longer holds)" : ""),
  ];
}

// Of a time as programs write it the day; what else a person wrote stays.
function day(at) {
  return /^\d{4}-\d\d-\d\dT/.test(at) ? at.slice(0, 10) : at;
}

// Keep, drop or note: what `sonolex curate` asks too. A second press takes the mark off again.
function decisionForm(label) {
  const given = MARKS.get(label) || { action: "", note: "", reason: "" };
  const marks = ["keep", "drop"].map((action) => {
    const mark = el("button", { type: "button", "aria-pressed": String(given.action === action) }, action === "keep" ? "Keep" : "Drop");
    mark.addEventListener("click", () => {
      const chosen = mark.getAttribute("aria-pressed") === "true" ? "" : action;
      for (const one of marks) one.setAttribute("aria-pressed", String(one === mark && chosen !== ""));
      decide(label, { action: chosen, reason: reason.value.trim() });
    });
    return mark;
  });
  const text = (title, value, act) =>
    el("label", { class: "choice" }, el("span", {}, title), el("input", { type: "text", value, maxlength: 2000, oninput: act }));
  const reasonField = text("Reason", given.reason, () => {
    if (MARKS.has(label)) decide(label, { reason: reason.value.trim() });
  });
  const reason = reasonField.querySelector("input");
  const note = text("Note", given.note, (event) => decide(label, { note: event.target.value.trim(), reason: reason.value.trim() }));
  return el("div", { class: "decision", role: "group", "aria-label": `Decide: ${label}` }, el("h3", {}, "Decide"), marks, reasonField, note);
}

// A locator ends with lines of its file: all of them, or behind an @ the first few of many.
function whereSeen(place, times) {
  const [, file, lines] = /^(.+)[:@](\d+(?:,\d+)*)$/.exec(place) || [];
  if (!lines) return place;
  const each = lines.split(",");
  return `${file}, ${each.length > 1 ? "lines" : "line"} ${each.join(", ")}${each.length < times ? " \u2026" : ""}`;
}

// The clips of the page, and those of its reference, that have the concept in their sum.
function heardIn(row) {
  const explained = DATA.clips.flatMap(({ name, audio, explanations }) =>
    explanations[row.v].concepts
      .filter(([label]) => label === row.label)
      .map(([, value]) => ({ name, said: "", audio, value })));
  const strongest = DATA.sounds === null ? [] : DATA.sounds.strongest[row.v][row.at];
  const others = strongest
    .map(([at, value]) => {
      const [name, said, audio] = DATA.sounds.clips[at];
      return { name, said, audio, value };
    })
    .filter((clip) => !explained.some((one) => one.name === clip.name));
  return [...explained, ...others].sort((a, b) => b.value - a.value).map(({ name, said, audio, value }) => [
    el("span", {}, name, el("small", {}, ` ${said ? `${said}, ` : ""}${value.toFixed(2)}`)),
    audio ? el("audio", { controls: true, preload: "none", src: audio, "aria-label": `Sound: ${name}` }) : null,
  ]);
}

function conceptDetail(row) {
  const { concepts, drops } = DATA.vocabularies[row.v];
  const evidence = concepts.evidence[row.at].map(([source, place, times]) => [
    el("b", {}, concepts.sources[source]),
    ` ${whereSeen(place, times)}, ${count(times)}\u00D7`,
  ]);
  const scores = concepts.scores
    .filter((stage) => stage.value[row.at] !== null || stage.flag[row.at])
    .map((stage) => [
      el("b", {}, stage.stage),
      stage.value[row.at] === null ? "" : ` ${number(stage.value[row.at])}`,
      stage.twin[row.at] ? ` to ${stage.twin[row.at]}` : "",
      stage.threshold === null ? "" : el("small", {}, ` (threshold ${number(stage.threshold)})`),
      stage.flag[row.at] ? [" ", el("span", { class: "chip overruled" }, `overruled: ${stage.flag[row.at]}`)] : "",
    ]);
  const aliases = row.names.map((one) => [one.label, el("small", {}, ` ${one.kind}, from ${one.source}`)]);
  const near = neighbours(row).map(([label, cosine]) => [seek(label), el("small", {}, ` ${cosine.toFixed(3)}`)]);
  const beside = (BESIDE[row.v].get(row.label) || []).map((drop) => [drop.label, el("small", {}, ` ${drop.reason}`)]);
  const known = el(
    "div",
    { class: "facts" },
    facts("Decisions", (ABOUT_CONCEPT[row.v].get(row.at) || []).map(decided)),
    facts("Aliases", aliases),
    facts("Evidence", evidence),
    facts("Heard in", heardIn(row)),
    facts("Measured", scores),
    facts("Nearest neighbours", near),
    drops === null ? null : facts("Left out beside it", beside),
    facts("Links", concepts.links[row.at]),
    facts("Identity", [[el("code", {}, concepts.id[row.at])], `in ${name(row.v)}`, ...(row.family < 0 ? [] : [`family \u201C${DATA.map.families[row.family]}\u201D`])]),
  );
  return [known, decisionForm(row.label)];
}

function conceptTable() {
  const had = (all, of) => () => {
    const here = new Set(shown(CONCEPTS).flatMap(of));
    return all.filter((one) => here.has(one));
  };
  const kind = offeredChoice("Kind", "kind", had(KINDS, (row) => [row.kind]));
  const source = offeredChoice("Evidence in", "source", had(SOURCES, sourceNames));
  const table = new PagedTable(document.getElementById("concept-table"), {
    caption: "Concepts",
    columns: conceptColumns,
    tools: SOURCES.length ? [kind.host, source.host] : [kind.host],
    detail: conceptDetail,
    file: "concepts.csv",
  });

  function fits(row) {
    if (kind.value() !== ANY && row.kind !== kind.value()) return false;
    return source.value() === ANY || sourceNames(row).includes(source.value());
  }

  watch(["query", "vocabulary", "kind", "source"], () => table.show(matching(shown(CONCEPTS)).filter(fits)));
}

function dotted(v) {
  const dot = el("span", { class: "dot", "aria-hidden": "true" });
  dot.style.background = colour(v);
  return [dot, name(v)];
}
