// What is chosen stands in the address, behind the section: `#concepts?query=rain&kind=noun`. All of it
// is in the fragment, which a page on a disk has too and no server is told.

const PAUSE = 400; // ms after which what was typed is a step for the back button
const ALL = "all";

// Vocabularies go by their specifiers, which stay where the page is made anew with others beside them.
const KEYS = DATA.vocabularies.map(({ specifier }, v) =>
  DATA.vocabularies.findIndex((one) => one.specifier === specifier) === v ? specifier : `${specifier}#${v + 1}`);

function placeOf(text) {
  return KEYS.includes(text) ? KEYS.indexOf(text) : undefined;
}

function oneOf(values) {
  const known = new Set(values);
  return (text) => (known.has(text) ? text : undefined);
}

// From text to value; undefined where this page does not have it.
const READ = {
  query: (text) => text.trim().toLowerCase(),
  vocabulary: (text) => (text === ALL && KEYS.length > 1 ? -1 : placeOf(text)),
  kind: oneOf(KINDS),
  source: oneOf(SOURCES),
  reason: oneOf(DROPS.flat().map((row) => row.reason)),
  colour: oneOf(SCHEMES),
  first: placeOf,
  second: placeOf,
  list: oneOf(["first", "second", "shared", "renamed"]),
};

function written(key) {
  const value = state[key];
  return typeof value !== "number" ? value : value < 0 ? ALL : KEYS[value];
}

let section = "";

// Only what differs from a fresh page.
function address() {
  const chosen = Object.keys(READ).filter((key) => state[key] !== FRESH[key]);
  const text = new URLSearchParams(chosen.map((key) => [key, written(key)])).toString();
  return section || text ? `#${section}${text ? `?${text}` : ""}` : "";
}

function readAddress() {
  const [, place, text] = /^#?([^?]*)\??(.*)$/.exec(location.hash);
  const given = new URLSearchParams(text);
  const patch = { ...FRESH };
  for (const [key, read] of Object.entries(READ)) {
    const value = given.has(key) ? read(given.get(key)) : undefined;
    if (value !== undefined) patch[key] = value;
  }
  if (patch.first === patch.second) [patch.first, patch.second] = [FRESH.first, FRESH.second];
  section = place;
  change(patch);
}

// A browser goes to a section by itself only where nothing stands behind it.
function goToSection() {
  if (location.hash.includes("?")) document.getElementById(section)?.scrollIntoView({ behavior: "instant" });
}

function rememberAddress() {
  const field = document.getElementById("query");
  let [waiting, typing, reading, followed] = [null, false, false, null];

  function write(how) {
    clearTimeout(waiting);
    const next = address();
    if (next !== location.hash) history[how](null, "", next || location.href.split("#")[0]);
  }

  // Letters that follow each other are one step back.
  function writeTyped() {
    write(typing ? "replaceState" : "pushState");
    typing = true;
  }

  write("replaceState");
  watch(Object.keys(FRESH), (typed) => {
    clearTimeout(waiting);
    if (reading) return;
    if (typed) {
      waiting = setTimeout(writeTyped, PAUSE);
    } else {
      write("pushState");
      typing = false;
    }
  });
  field.addEventListener("change", () => {
    writeTyped();
    typing = false;
  });
  // A link to a section keeps what is chosen; the browser goes there itself.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link !== null && link.hash !== location.hash) followed = link.hash;
  });
  addEventListener("hashchange", () => {
    clearTimeout(waiting);
    typing = false;
    if (followed === location.hash) {
      section = followed.slice(1);
    } else {
      const before = section;
      reading = true;
      readAddress();
      reading = false;
      if (section !== before) goToSection();
    }
    followed = null;
    write("replaceState");
  });
  goToSection();
}
