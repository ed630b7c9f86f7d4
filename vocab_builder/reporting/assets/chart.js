// Curves as plain SVG, drawn anew when their width changes, and scores with their intervals.

const TALL = 300;
const MARGIN = { left: 46, right: 14, top: 12, bottom: 40 };

function ticks(low, high) {
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((one) => (high - low) / one <= 6) || 1;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, at) => (first + at) * step);
}

// series: {v, points: [[x, y], ...]}; x is drawn by its logarithm.
function drawLines(frame, { title, across, up, marks, series, dots }) {
  const wide = Math.max(260, frame.clientWidth);
  const values = series.flatMap(({ points }) => points.map(([, y]) => y));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [bottom, top] = [Math.max(0, low - 0.05), Math.min(1, high + 0.03)];
  const most = Math.max(...series.flatMap(({ points }) => points.map(([x]) => x)), 2);
  const x = (value) => MARGIN.left + (Math.log(value) / Math.log(most)) * (wide - MARGIN.left - MARGIN.right);
  const y = (value) => MARGIN.top + ((top - value) / (top - bottom || 1)) * (TALL - MARGIN.top - MARGIN.bottom);
  const told = series.map(({ v, points }) => `${name(v)} ends at ${number(points[points.length - 1][1])}`).join(", ");
  const image = svg("svg", { viewBox: `0 0 ${wide} ${TALL}`, width: wide, height: TALL, role: "img", "aria-label": `${title}: ${told}` });
  for (const value of ticks(bottom, top)) {
    image.append(
      svg("line", { class: "grid", x1: MARGIN.left, x2: wide - MARGIN.right, y1: y(value), y2: y(value) }),
      svg("text", { class: "tick", x: MARGIN.left - 8, y: y(value), "text-anchor": "end", dy: "0.32em" }, value.toFixed(2)),
    );
  }
  for (const value of marks.filter((one) => one <= most)) {
    image.append(svg("text", { class: "tick", x: x(value), y: TALL - MARGIN.bottom + 18, "text-anchor": "middle" }, count(value)));
  }
  image.append(
    svg("line", { class: "axis", x1: MARGIN.left, x2: wide - MARGIN.right, y1: TALL - MARGIN.bottom, y2: TALL - MARGIN.bottom }),
    svg("text", { class: "tick", x: (wide + MARGIN.left) / 2, y: TALL - 4, "text-anchor": "middle" }, across),
  );
  for (const { v, points } of series) {
    const path = points.map(([a, b], place) => `${place ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
    const line = svg("path", { d: path, class: "line" }, svg("title", {}, name(v)));
    line.style.stroke = colour(v);
    image.append(line);
    for (const [a, b] of dots ? points : points.slice(-1)) {
      const dot = svg("circle", { cx: x(a), cy: y(b), r: 3.2 }, svg("title", {}, `${name(v)}: ${number(b)} at ${count(a)}`));
      dot.style.fill = colour(v);
      image.append(dot);
    }
  }
  frame.replaceChildren(image);
}

function curve(chart) {
  const frame = el("div", { class: "frame" });
  const legend = chart.series.map(({ v, points }) =>
    el("li", {}, dotted(v), el("small", {}, ` ${number(points[points.length - 1][1])}`)));
  const rows = chart.series.map(({ v, points }) =>
    el("tr", {}, el("th", { scope: "row" }, name(v)), chart.asked.map((at) => {
      const found = points.find(([x]) => x >= at);
      return el("td", { class: "num" }, found ? number(found[1]) : "");
    })));
  const heads = chart.asked.map((at) => el("th", { scope: "col", class: "num" }, count(at)));
  const table = el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, chart.across), heads)), el("tbody", {}, rows));
  const figure = el(
    "figure",
    {},
    el("figcaption", {}, el("b", {}, chart.title), el("span", {}, chart.up)),
    frame,
    el("ul", { class: "legend" }, legend),
    el("details", {}, el("summary", {}, "The numbers"), el("div", { class: "table-scroll", role: "region", tabindex: "0", "aria-label": chart.title }, table)),
  );
  new ResizeObserver(() => drawLines(frame, chart)).observe(frame);
  return figure;
}

function curves() {
  const pairs = (xs, ys) => xs.map((x, place) => [x, ys[place]]);
  const sizes = [...new Set(DATA.curves.map((one) => one.sizes[one.sizes.length - 1]))].sort((a, b) => a - b);
  document.getElementById("curve-list").append(
    curve({
      title: "Coverage",
      up: "mean over the reference of the best cosine to a concept",
      across: "the first so many concepts",
      marks: [1, 10, 100, 1000, 10000],
      asked: [10, 100, 500, 1000, 2000].filter((one) => one <= sizes[sizes.length - 1]),
      series: DATA.curves.map((one, v) => ({ v, points: pairs(one.sizes, one.coverage) })),
      dots: false,
    }),
    curve({
      title: "Fidelity",
      up: "mean cosine of the reference with its sums of concepts",
      across: "concepts a sum, at most (l0)",
      marks: [1, 2, 4, 8, 16],
      asked: [1, 2, 4, 8, 16],
      series: DATA.curves.map((one, v) => ({ v, points: pairs(one.l0, one.cosine) })),
      dots: true,
    }),
  );
}

// One group of rows a figure that compares; the vocabularies of the page keep their colours.
function scores() {
  const groups = new Map();
  for (const row of DATA.scores) {
    const title = `${row.task}, ${row.dataset}: ${row.metric}`;
    const key = `${title}\n${row.setting}\n${row.encoder}`;
    if (!groups.has(key)) groups.set(key, { title, setting: row.setting, encoder: row.encoder, rows: [] });
    groups.get(key).rows.push(row);
  }
  const host = document.getElementById("score-list");
  for (const group of groups.values()) {
    const ends = group.rows.flatMap((row) => [row.low ?? row.value, row.high ?? row.value]);
    const low = Math.floor(Math.min(...ends) * 20) / 20;
    const high = Math.ceil(Math.max(...ends) * 20) / 20;
    // In the order of the page; baselines and vocabularies that are not on it come last.
    const rows = [...group.rows].sort((a, b) => onPage(a) - onPage(b)).map((row) => scoreRow(row, low, high));
    const head = [["Vocabulary"], ["Mode"], ["l0", "num"], ["Value", "num"], ["Interval", "num"], [`${low.toFixed(2)} to ${high.toFixed(2)}`]];
    host.append(
      el("h3", {}, group.title),
      el("p", { class: "note" }, `${group.setting}; encoder spec `, el("code", {}, group.encoder.slice(0, 12))),
      el(
        "div",
        { class: "table-scroll", role: "region", tabindex: "0", "aria-label": `Scores: ${group.title}` },
        el("table", { class: "scores" }, el("thead", {}, el("tr", {}, head.map(([text, kind]) => el("th", { scope: "col", class: kind }, text)))), el("tbody", {}, rows)),
      ),
    );
  }
}

// The place of a row's vocabulary on the page; one past the last where it is not there.
function onPage(row) {
  const v = DATA.vocabularies.findIndex((vocabulary) => row.content_hash && vocabulary.content_hash === row.content_hash);
  return v < 0 ? DATA.vocabularies.length : v;
}

function scoreRow(row, low, high) {
  const at = (value) => `${(100 * (value - low)) / (high - low || 1)}%`;
  const v = onPage(row);
  const paint = v === DATA.vocabularies.length ? "var(--muted)" : colour(v);
  const [bar, dot] = [el("span", { class: "range" }), el("span", { class: "point" })];
  dot.style.left = at(row.value);
  bar.style.background = dot.style.background = paint;
  if (row.low !== null) {
    bar.style.left = at(row.low);
    bar.style.right = `calc(100% - ${at(row.high)})`;
  }
  const cells = [
    el("td", {}, row.mode),
    el("td", { class: "num" }, row.l0_mean === null ? "" : row.l0_mean.toFixed(1)),
    el("td", { class: "num" }, el("b", {}, number(row.value))),
    el("td", { class: "num" }, row.low === null ? "" : `${number(row.low)} \u2013 ${number(row.high)}`),
    el("td", { class: "plot" }, el("span", { class: "strip", "aria-hidden": "true" }, row.low === null ? null : bar, dot)),
  ];
  return el("tr", {}, el("th", { scope: "row" }, v === DATA.vocabularies.length ? row.vocabulary : dotted(v)), cells);
}
