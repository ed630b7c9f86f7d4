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

// Set from the address, so that it does not matter what a browser filled in when the page was loaded anew.
function head() {
  const query = document.getElementById("query");
  const vocabulary = document.getElementById("vocabulary");
  const typed = () => query.value.trim().toLowerCase();
  query.addEventListener("input", () => change({ query: typed() }, true));
  vocabulary.addEventListener("change", () => change({ vocabulary: Number(vocabulary.value) }));
  query.value = "";
  watch(["query"], () => {
    if (typed() !== state.query) query.value = state.query;
  });
  watch(["vocabulary"], () => {
    vocabulary.value = String(state.vocabulary);
  });
}

function start() {
  readAddress();
  head();
  document.querySelectorAll(".card").forEach((card, v) => card.style.setProperty("--own", colour(v)));
  if (DATA.clips.length) clips();
  if (DATA.charts.length) charts();
  if (DATA.scores.length) scores();
  if (DATA.curves.length) curves();
  conceptTable();
  new ConceptMap(document.getElementById("map-host"));
  dropTable();
  releasedTable();
  markTable();
  if (DATA.pairs.length) differences();
  theme();
  rememberAddress();
  document.documentElement.dataset.ready = "true";
}

start();
