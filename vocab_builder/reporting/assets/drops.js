// What was left out: stage by stage, reason by reason, word by word.

const dropColumns = [
  { head: "Candidate", value: (row) => row.label, cell: (row) => marked(row.label), main: true },
  whose,
  { head: "Count", value: (row) => row.count, numeric: true, descending: true },
  { head: "Reason", value: (row) => row.reason, cell: (row) => [row.reason, el("small", {}, ` ${row.filter}`)] },
  { head: "Score", value: (row) => row.score, numeric: true, wide: true },
  { head: "Threshold", value: (row) => row.threshold, numeric: true, wide: true },
  { head: "Twin", value: (row) => row.twin, cell: twinCell, wide: true },
  { head: "Rank", value: (row) => row.rank, numeric: true, wide: true },
  { head: "Kind", value: (row) => row.kind, cell: (row) => row.kind, wide: true },
];

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

function dropTable() {
  const stages = document.getElementById("stage-list");
  const reasons = choice("Reason", [], (value) => change({ reason: value }));
  reasons.select.id = "reason";
  const table = new PagedTable(document.getElementById("drop-table"), {
    caption: "Candidates that were left out",
    columns: dropColumns,
    tools: [reasons.host],
    detail: (row) => decisionForm(row.label),
    file: "left-out.csv",
  });
  const counts = new Map();

  watch(["vocabulary"], () => {
    const places = state.vocabulary < 0 ? CONCEPTS.map((_, v) => v) : [state.vocabulary];
    stages.replaceChildren(...places.map(funnel).filter(Boolean));
    counts.clear();
    for (const row of shown(DROPS)) counts.set(row.reason, (counts.get(row.reason) || 0) + 1);
    const sorted = [...counts].sort((a, b) => b[1] - a[1]);
    const options = sorted.map(([one, times]) => option(one, `${one} (${count(times)})`));
    reasons.select.replaceChildren(option(ANY, `any (${count(shown(DROPS).length)})`), ...options);
  });

  watch(["query", "vocabulary", "reason"], () => {
    // A reason that the vocabulary shown does not have waits for one that has it.
    const reason = counts.has(state.reason) ? state.reason : ANY;
    reasons.select.value = reason;
    table.show(matching(shown(DROPS)).filter((row) => reason === ANY || row.reason === reason));
  });
}

// The lines of a decisions.csv, as `sonolex build` reads it.
function decisionTable() {
  const by = el("input", { type: "text", maxlength: 200, autocomplete: "name", oninput: refresh });
  const columns = ["label", "action", "to", "reason", "by", "at"].map((head) => {
    return { head, value: (line) => line[head], cell: (line) => line[head], main: head === "label", wide: ["by", "at"].includes(head) };
  });
  let saved = true;
  const table = new PagedTable(document.getElementById("decision-table"), {
    caption: "Decisions",
    columns,
    tools: [el("label", { class: "choice" }, el("span", {}, "Your name (by)"), by)],
    file: "decisions.csv",
    button: "Save decisions.csv",
    empty: "Nothing is marked yet.",
    onsave: () => {
      saved = true;
    },
  });

  function refresh() {
    const lines = [...DECISIONS].flatMap(([label, { action, note, reason, at }]) => {
      const line = { label, to: "", reason, by: by.value.trim(), at };
      return [action && { ...line, action }, note && { ...line, action: "note", to: note }].filter(Boolean);
    });
    table.show(lines);
  }

  document.addEventListener("decided", () => {
    saved = false;
    refresh();
  });
  // Decisions are on this page alone until they are saved.
  addEventListener("beforeunload", (event) => {
    if (!saved && DECISIONS.size) event.preventDefault();
  });
  refresh();
}
