// What was left out: stage by stage, reason by reason, word by word.

const dropColumns = [
  { head: "Candidate", value: (row) => row.label, cell: (row) => marked(row.label), main: true },
  whose,
  { head: "Count", value: (row) => row.count, numeric: true, descending: true },
  { head: "Reason", value: (row) => row.reason, cell: reasonCell },
  { head: "Score", value: (row) => row.score, numeric: true, wide: true },
  { head: "Threshold", value: (row) => row.threshold, numeric: true, wide: true },
  { head: "Twin", value: (row) => row.twin, cell: twinCell, wide: true },
  { head: "Rank", value: (row) => row.rank, numeric: true, wide: true },
  { head: "Kind", value: (row) => row.kind, cell: (row) => row.kind, wide: true },
];

// A word that a person renamed or merged names where it went, and the person's reason.
function reasonCell(row) {
  const filter = el("small", {}, ` ${row.filter}`);
  if (row.filter !== "decisions" || row.twin === null) return [row.reason, filter];
  const move = (ABOUT_DROP[row.v].get(row.at) || []).find((one) => one.label === row.label && one.to && !one.replaced);
  const why = move && move.reason ? ` \u201C${move.reason}\u201D` : "";
  return [`${row.reason} ${row.reason === "renamed" ? "to" : "into"} ${row.twin}${why}`, filter];
}

function dropDetail(row) {
  const concept = ALIAS_OF[row.v].get(row.label);
  const told = row.twin === null ? null : fate(row.v, row.twin);
  const known = el(
    "div",
    { class: "facts" },
    facts("Decisions", (ABOUT_DROP[row.v].get(row.at) || []).map(decided)),
    facts("Alias of", concept ? [[seek(concept.label), el("small", {}, ` concept ${concept.at + 1}`)]] : []),
    facts("Measured to", row.twin === null || row.filter === "decisions" ? [] : [[seek(row.twin), told === null ? "" : el("small", {}, ` ${told}`)]]),
  );
  return [known.childElementCount ? known : null, decisionForm(row.label)].filter(Boolean);
}

function twinCell(row) {
  if (row.twin === null) return "";
  const told = fate(row.v, row.twin);
  return [row.twin, told === null ? null : el("small", {}, ` ${told}`)];
}

// From candidates to concepts: one bar a stage, its length what is left after it.
function funnel(v) {
  const stages = DATA.vocabularies[v].stages;
  if (!stages.length) return null;
  const most = Math.max(...stages.map((stage) => stage.before), 1);
  const items = stages.map((stage) => {
    const bar = el("span", { class: "fill" });
    bar.style.width = `${(100 * stage.after) / most}%`;
    bar.style.background = colour(v);
    const lost = stage.before - stage.after;
    return el(
      "li",
      {},
      el("span", { class: "stage" }, stage.stage),
      el("span", { class: "track", "aria-hidden": "true" }, bar),
      el("span", { class: "left" }, count(stage.after)),
      el("small", {}, lost ? `\u2212${count(lost)}` : ""),
    );
  });
  const title = `From candidates to concepts: ${name(v)}`;
  return el("figure", { class: "funnel" }, el("figcaption", {}, title), el("ol", {}, items));
}

// Each reason with its number of drops, the most frequent first.
function dropReasons() {
  const counts = new Map();
  for (const row of shown(DROPS)) counts.set(row.reason, (counts.get(row.reason) || 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([one, times]) => [one, `${one} (${count(times)})`]);
}

function dropTable() {
  const stages = document.getElementById("stage-list");
  const reasons = offeredChoice("Reason", "reason", dropReasons, () => `any (${count(shown(DROPS).length)})`);
  reasons.select.id = "reason";
  const table = new PagedTable(document.getElementById("drop-table"), {
    caption: "Candidates that were left out",
    columns: dropColumns,
    tools: [reasons.host],
    detail: dropDetail,
    file: "left-out.csv",
  });

  watch(["vocabulary"], () => {
    const places = state.vocabulary < 0 ? CONCEPTS.map((_, v) => v) : [state.vocabulary];
    stages.replaceChildren(...places.map(funnel).filter(Boolean));
  });

  watch(["query", "vocabulary", "reason"], () => {
    const reason = reasons.value();
    table.show(matching(shown(DROPS)).filter((row) => reason === ANY || row.reason === reason));
  });
}

// A word of a decision leads to the concept, or else to the dropped word, that it is about.
function leadTo(row) {
  const [place, section] = row.concepts.length ? ["#concepts", CONCEPTS] : ["#drops", DROPS];
  const at = row.concepts.length ? row.concepts[0] : row.drops[0];
  if (at === undefined) return marked(row.label);
  const { key } = section[row.v][at];
  return el("a", { href: place, onclick: () => change({ query: key }) }, marked(row.label));
}

const releasedColumns = [
  { head: "Word", value: (row) => row.label, cell: leadTo, main: true },
  whose,
  { head: "Action", value: (row) => row.action, cell: (row) => [row.action, row.replaced ? el("small", {}, " no longer holds") : null] },
  { head: "To", value: (row) => row.to, cell: (row) => marked(row.to) },
  { head: "Reason", value: (row) => row.reason, cell: (row) => row.reason },
  { head: "By", value: (row) => row.by, cell: (row) => row.by, wide: true },
  { head: "At", value: (row) => row.at, cell: (row) => day(row.at), wide: true },
];

// What people decided about words of the vocabularies, as their releases record it.
function releasedTable() {
  const host = document.getElementById("released-table");
  if (host === null) return;
  const table = new PagedTable(host, {
    caption: "Decisions in the releases",
    columns: releasedColumns,
    file: "released-decisions.csv",
  });
  watch(["query", "vocabulary"], () => {
    const rows = shown(DECIDED);
    table.empty = rows.length ? "Nothing here matches." : "No decisions are recorded in what is shown.";
    table.show(matching(rows));
  });
}

// The lines of a decisions.csv, as `sonolex build` reads it.
function markTable() {
  const by = el("input", { type: "text", maxlength: 200, autocomplete: "name", oninput: refresh });
  const columns = ["label", "action", "to", "reason", "by", "at"].map((head) => {
    return { head, value: (line) => line[head], cell: (line) => line[head], main: head === "label", wide: ["by", "at"].includes(head) };
  });
  let saved = true;
  const table = new PagedTable(document.getElementById("decision-table"), {
    caption: "Your marks on this page",
    columns,
    tools: [el("label", { class: "choice" }, el("span", {}, "Your name (by)"), by)],
    file: "decisions.csv",
    button: "Save decisions.csv",
    empty: "No marks on this page yet.",
    onsave: () => {
      saved = true;
    },
  });

  function refresh() {
    const lines = [...MARKS].flatMap(([label, { action, note, reason, at }]) => {
      const line = { label, to: "", reason, by: by.value.trim(), at };
      return [action && { ...line, action }, note && { ...line, action: "note", to: note }].filter(Boolean);
    });
    table.show(lines);
  }

  document.addEventListener("decided", () => {
    saved = false;
    refresh();
  });
  // Marks are on this page alone until they are saved.
  addEventListener("beforeunload", (event) => {
    if (!saved && MARKS.size) event.preventDefault();
  });
  refresh();
}
