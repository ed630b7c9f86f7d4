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

// A choice among what the vocabularies shown have: `offered` gives pairs of value and text, or values.
// What they do not have waits for one that has it, and `value` is any until then.
function offeredChoice(label, key, offered, any = () => "any") {
  const made = choice(label, [], (value) => change({ [key]: value }));
  let values = new Set();
  watch(["vocabulary"], () => {
    const pairs = offered().map((one) => (Array.isArray(one) ? one : [one, one]));
    values = new Set(pairs.map(([value]) => value));
    made.select.replaceChildren(option(ANY, any()), ...pairs.map(([value, text]) => option(value, text)));
    made.select.disabled = !pairs.length;
  });
  made.value = () => (values.has(state[key]) ? state[key] : ANY);
  watch(["vocabulary", key], () => {
    made.select.value = made.value();
  });
  return made;
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

// By concept its other labels. Those that were left out are numbers: their places there.
const NAMES = DATA.vocabularies.map(({ aliases, drops }) => {
  const names = new Map();
  for (const [at, from, labels] of aliases.groups) {
    const [kind, source] = aliases.origins[from];
    const found = labels.map((one) => {
      const label = typeof one === "number" ? drops.label[one] : one;
      return { label, key: label.toLowerCase(), kind, source };
    });
    names.set(at, [...(names.get(at) || []), ...found]);
  }
  return names;
});

// One object a concept: what tables sort and the map draws.
const CONCEPTS = DATA.vocabularies.map((vocabulary, v) => {
  const columns = vocabulary.concepts;
  const width = columns.label.length ? vocabulary.near.length / columns.label.length : 0;
  return columns.label.map((label, at) => ({
    v,
    at,
    label,
    key: label.toLowerCase(),
    names: NAMES[v].get(at) || [],
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
    at,
    label,
    key: label.toLowerCase(),
    names: [],
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

// One object a decision that a release records; a search finds it by the word that it leads to, too.
const DECIDED = DATA.vocabularies.map(({ decisions }, v) =>
  decisions.label.map((label, at) => {
    const [action, reason, by, when, replaced] = ["action", "reason", "by", "at", "replaced"].map((key) => decisions.texts[decisions[key][at]]);
    const to = decisions.to[at];
    const names = to ? [{ label: to, key: to.toLowerCase() }] : [];
    return { v, label, key: label.toLowerCase(), names, action, to, reason, by, at: when, replaced, concepts: decisions.concepts[at], drops: decisions.drops[at] };
  }));

// The decisions about a concept, or about a word that was left out, by its place.
function byPlace(key) {
  return DECIDED.map((rows) => {
    const about = new Map();
    for (const row of rows) for (const at of row[key]) about.set(at, [...(about.get(at) || []), row]);
    return about;
  });
}

const ABOUT_CONCEPT = byPlace("concepts");
const ABOUT_DROP = byPlace("drops");

// By the label of a word that was left out the concept that it is an alias of.
const ALIAS_OF = CONCEPTS.map((rows) => new Map(rows.flatMap((row) => row.names.map((one) => [one.label, row]))));

// What was marked on the page, label by label: {action, note, reason, at}. Nothing is kept but by
// saving it.
const MARKS = new Map();

function decide(label, patch) {
  const decision = { action: "", note: "", reason: "", ...MARKS.get(label), ...patch };
  decision.at = new Date().toISOString();
  if (decision.action || decision.note) MARKS.set(label, decision);
  else MARKS.delete(label);
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

// What a search finds comes in this order: its word, what has the word as another label, then where
// words begin with it.
function nearness(row) {
  if (row.key === state.query) return 0;
  if (row.names.some((one) => one.key === state.query)) return 1;
  if (found(row.key) >= 0) return 2;
  return row.names.some((one) => found(one.key) >= 0) ? 3 : -1;
}

// Equally near ones stay in the order given.
function matching(rows) {
  if (!state.query) return rows;
  const ranked = rows.map((row) => [nearness(row), row]).filter(([rank]) => rank >= 0);
  return ranked.sort(([a], [b]) => a - b).map(([, row]) => row);
}

// A text with the part that was searched for marked.
function marked(text) {
  const start = state.query ? found(text.toLowerCase()) : -1;
  if (start < 0) return [text];
  const end = start + state.query.length;
  return [text.slice(0, start), el("mark", {}, text.slice(start, end)), text.slice(end)];
}

// A concept's label; where only another of its labels is what was searched for, with that.
function labelled(row) {
  if (!state.query || found(row.key) >= 0) return marked(row.label);
  const other = row.names.find((one) => one.key === state.query) || row.names.find((one) => found(one.key) >= 0);
  return other ? [marked(row.label), el("small", { class: "also" }, " also ", marked(other.label), ` (${other.kind})`)] : [row.label];
}
