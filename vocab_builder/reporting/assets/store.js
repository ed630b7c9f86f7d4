// What is chosen on the page, the rows that it is chosen from, and who wants to know.

const ANY = "";

// What the map can be coloured by; the first is shown first.
const SCHEMES = [
  DATA.map.families.length ? "family" : null,
  DATA.vocabularies.some((vocabulary) => vocabulary.concepts.sources.length) ? "source" : null,
  "kind",
  DATA.vocabularies.length > 1 ? "vocabulary" : null,
].filter(Boolean);

// `first`, `second` and `list` are those of the differences.
const FRESH = {
  vocabulary: 0, query: "", kind: ANY, source: ANY, reason: ANY, colour: SCHEMES[0],
  first: 0, second: 1, list: "first",
};
const state = { ...FRESH };
const watchers = [];

// Tells now, and whenever one of the keys has changed.
function watch(keys, tell) {
  watchers.push([keys, tell]);
  tell();
}

// A choice among texts whose value is that of a key.
function keptChoice(label, key, options) {
  const made = choice(label, options, (value) => change({ [key]: value }));
  watch([key], () => {
    made.select.value = state[key];
  });
  return made;
}

// `typed` is one letter of several.
function change(patch, typed = false) {
  const changed = Object.keys(patch).filter((key) => state[key] !== patch[key]);
  Object.assign(state, patch);
  for (const [keys, tell] of watchers) if (keys.some((key) => changed.includes(key))) tell(typed);
}

// One object a concept: what tables sort and the map draws.
const CONCEPTS = DATA.vocabularies.map((vocabulary, v) => {
  const columns = vocabulary.concepts;
  const width = columns.label.length ? vocabulary.near.length / columns.label.length : 0;
  return columns.label.map((label, at) => ({
    v,
    at,
    label,
    key: label.toLowerCase(),
    kind: DATA.kinds[columns.kind[at]],
    count: columns.count[at],
    gain: columns.gain.length ? columns.gain[at] : null,
    sources: [...new Set(columns.evidence[at].map(([source]) => source))],
    near: vocabulary.near.slice(at * width, (at + 1) * width),
    cosine: vocabulary.cosine.slice(at * width, (at + 1) * width),
    x: vocabulary.xy[2 * at],
    y: vocabulary.xy[2 * at + 1],
    family: vocabulary.family[at],
  }));
});

const DROPS = DATA.vocabularies.map((vocabulary, v) => {
  const columns = vocabulary.drops;
  if (columns === null) return [];
  return columns.label.map((label, at) => ({
    v,
    label,
    key: label.toLowerCase(),
    kind: DATA.kinds[columns.kind[at]],
    count: columns.count[at],
    filter: columns.reasons[columns.why[at]][0],
    reason: columns.reasons[columns.why[at]][1],
    score: columns.score[at],
    threshold: columns.threshold[at],
    twin: columns.twin[at],
    rank: columns.rank[at],
  }));
});

const KINDS = [...new Set(CONCEPTS.flat().map((row) => row.kind))];
const SOURCES = [...new Set(DATA.vocabularies.flatMap((vocabulary) => vocabulary.concepts.sources))];
const PLACE = CONCEPTS.map((rows) => new Map(rows.map((row) => [row.label, row.at])));
const FATE = DROPS.map((rows) => new Map(rows.map((row) => [row.label, row])));
const BESIDE = DROPS.map((rows) => {
  const beside = new Map();
  for (const row of rows) {
    if (row.twin === null) continue;
    if (!beside.has(row.twin)) beside.set(row.twin, []);
    beside.get(row.twin).push(row);
  }
  return beside;
});

// What was decided on the page, label by label: {action, note, reason, at}. Nothing is kept but by
// saving it.
const DECISIONS = new Map();

function decide(label, patch) {
  const decision = { action: "", note: "", reason: "", ...DECISIONS.get(label), ...patch };
  decision.at = new Date().toISOString();
  if (decision.action || decision.note) DECISIONS.set(label, decision);
  else DECISIONS.delete(label);
  document.dispatchEvent(new Event("decided"));
}

const name = (v) => DATA.vocabularies[v].specifier;

function shown(lists) {
  return state.vocabulary < 0 ? lists.flat() : lists[state.vocabulary];
}

// Where a word of the text begins with what was searched for: "rain" finds "light rain", no train.
function found(key) {
  const query = state.query;
  if (!query || key.startsWith(query)) return 0;
  const starts = [" ", "-", "'", "("].map((before) => key.indexOf(before + query)).filter((start) => start >= 0);
  return starts.length ? Math.min(...starts) + 1 : -1;
}

// In the order given, but what is exactly the word comes before all that begins with it.
function matching(rows) {
  if (!state.query) return rows;
  const hits = rows.filter((row) => found(row.key) >= 0);
  return [...hits.filter((row) => row.key === state.query), ...hits.filter((row) => row.key !== state.query)];
}

// A text with the part that was searched for marked.
function marked(text) {
  const start = state.query ? found(text.toLowerCase()) : -1;
  if (start < 0) return [text];
  const end = start + state.query.length;
  return [text.slice(0, start), el("mark", {}, text.slice(start, end)), text.slice(end)];
}
