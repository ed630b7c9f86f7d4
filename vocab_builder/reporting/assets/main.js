// What the head of the page does, and the sections in their order.

function theme() {
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;

  function show() {
    const dark = chosen === null ? system.matches : chosen;
    if (chosen !== null) document.documentElement.dataset.theme = dark ? "dark" : "light";
    button.setAttribute("aria-pressed", String(dark));
    document.dispatchEvent(new Event("theme"));
  }

  button.addEventListener("click", () => {
    chosen = !(chosen === null ? system.matches : chosen);
    show();
  });
  system.addEventListener("change", show);
  show();
}

function start() {
  const query = document.getElementById("query");
  const vocabulary = document.getElementById("vocabulary");
  // Browsers fill fields in again when a page is loaded anew.
  query.value = "";
  vocabulary.value = "0";
  query.addEventListener("input", () => change({ query: query.value.trim().toLowerCase() }));
  vocabulary.addEventListener("change", () => change({ vocabulary: Number(vocabulary.value) }));
  document.querySelectorAll(".card").forEach((card, v) => card.style.setProperty("--own", colour(v)));
  if (DATA.clips.length) clips();
  if (DATA.charts.length) charts();
  if (DATA.scores.length) scores();
  if (DATA.curves.length) curves();
  conceptTable();
  new ConceptMap(document.getElementById("map-host"));
  dropTable();
  decisionTable();
  if (DATA.pairs.length) differences();
  theme();
  document.documentElement.dataset.ready = "true";
}

start();
