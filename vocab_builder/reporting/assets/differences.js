// Two vocabularies side by side.

const SAME = 900; // thousandths of cosine from which a neighbour is nearly the same

function sides(one, other) {
  const pair = DATA.pairs.find((each) => each.first === Math.min(one, other) && each.second === Math.max(one, other));
  const forward = one < other;
  const back = new Map(pair.match.map((there, here) => [there, here]));
  const match = forward ? pair.match : CONCEPTS[one].map((row) => back.get(row.at) ?? -1);
  const alone = (v, w, matched, nearest, cosines) =>
    CONCEPTS[v].filter((row) => !matched(row.at)).map((row) => ({
      label: row.label, key: row.key, names: row.names, at: row.at, other: CONCEPTS[w][nearest[row.at]].label, cosine: cosines[row.at],
    }));
  const taken = new Set(match);
  const here = forward ? [pair.nearest, pair.cosine] : [pair.nearest_back, pair.cosine_back];
  const there = forward ? [pair.nearest_back, pair.cosine_back] : [pair.nearest, pair.cosine];
  const moved = new Set(pair.moved);
  const shared = CONCEPTS[one].filter((row) => match[row.at] >= 0).map((row) => ({
    label: row.label,
    key: row.key,
    names: row.names,
    at: row.at,
    there: match[row.at],
    other: CONCEPTS[other][match[row.at]].label,
    moved: moved.has((forward ? row.at : match[row.at]) + 1),
  }));
  return {
    shared: shared.filter((row) => row.label === row.other),
    renamed: shared.filter((row) => row.label !== row.other),
    first: alone(one, other, (at) => match[at] >= 0, ...here),
    second: alone(other, one, (at) => taken.has(at), ...there),
  };
}

const place = { head: "#", value: (row) => row.at + 1, numeric: true };
const word = { head: "Concept", value: (row) => row.label, cell: labelled, main: true };

function viewColumns(view, one, other) {
  if (view === "first" || view === "second") {
    const far = view === "first" ? other : one;
    return [
      place,
      word,
      { head: `Nearest in ${name(far)}`, value: (row) => row.other, cell: (row) => row.other },
      { head: "Cosine", value: (row) => row.cosine / 1000, numeric: true },
    ];
  }
  const there = { head: `# in ${name(other)}`, value: (row) => row.there + 1, numeric: true };
  const here = { ...place, head: `# in ${name(one)}` };
  if (view === "renamed") return [word, { head: `In ${name(other)}`, value: (row) => row.other, cell: (row) => row.other }, here, there];
  return [word, here, there, { head: "Order", value: (row) => (row.moved ? "moved" : ""), cell: (row) => (row.moved ? "moved" : "") }];
}

function differences() {
  const host = document.getElementById("difference-host");
  const names = DATA.vocabularies.map((vocabulary, v) => [String(v), vocabulary.specifier]);
  // A vocabulary beside itself has no difference: the other choice gives way.
  const give = (key, other) => (value) => {
    const v = Number(value);
    change({ [key]: v, [other]: v === state[other] ? names.findIndex((_, w) => w !== v) : state[other] });
  };
  const one = choice("First", names, give("first", "second"));
  const other = choice("Second", names, give("second", "first"));
  const tiles = el("div", { class: "tiles", role: "group", "aria-label": "What to list" });
  const told = el("p", { class: "note" });
  const listed = el("div", { class: "table-host" });
  host.append(el("div", { class: "table-tools" }, one.host, other.host), tiles, told, listed);
  let table = null;
  let lists = null;

  function showTiles() {
    const views = [
      ["first", `only in ${name(state.first)}`],
      ["second", `only in ${name(state.second)}`],
      ["shared", "in both"],
      ["renamed", "renamed"],
    ];
    tiles.replaceChildren(...views.map(([view, text]) =>
      el(
        "button",
        { type: "button", "aria-pressed": String(view === state.list), onclick: () => focusView(view) },
        el("b", {}, count(lists[view].length)),
        el("span", {}, text),
      )));
  }

  function focusView(view) {
    change({ list: view });
    tiles.querySelector('[aria-pressed="true"]').focus();
  }

  watch(["first", "second", "list"], () => {
    lists = sides(state.first, state.second);
    one.select.value = String(state.first);
    other.select.value = String(state.second);
    showTiles();
    const near = lists.first.filter((row) => row.cosine >= SAME).length;
    const moved = lists.shared.filter((row) => row.moved).length;
    told.textContent = `${count(near)} of those only in ${name(state.first)} have a concept at cosine .9 or more in ${name(state.second)}. ` +
      `${count(moved)} of those in both stand in another order (the fewest whose moving explains it).`;
    const columns = viewColumns(state.list, state.first, state.second);
    table = new PagedTable(listed, { caption: "Differences", columns, file: "differences.csv" });
  });
  watch(["first", "second", "list", "query"], () => table.show(matching(lists[state.list])));
}
