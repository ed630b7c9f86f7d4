// The page: the question one is at, what keys do, and what other windows have done.

import { Refusal, ask, send } from "./api.js";
import { Combobox } from "./combobox.js";
import { byId, capital, count, el, quoted, words } from "./dom.js";
import { DecisionForm } from "./form.js";
import { Queue } from "./queue.js";
import * as view from "./view.js";

const POLL = 1500;
const DWELL = 400;
const OWN = 5000;
const QUIET = 300;
const SETTLING = ["keep", "drop", "rename", "merge"];

let current = null;
// Opened by a search or a neighbour: the queue stays where it was.
let aside = false;
let saving = false;
let version = null;
let preview = null;
let dwell = 0;
let refreshing = null;
let quiet = 0;
// Label -> when this window last changed it: what is read soon after is no news from another.
const own = new Map();
const reasons = new Set();

const queue = new Queue((question) => show(question, false));
const form = new DecisionForm((action, to, reason) => decide(action, to, reason));

// Key, what it does, its words on a button or in the help.
const ACTIONS = [
  ["k", "Keep", () => decide("keep")],
  ["d", "Drop", () => decide("drop")],
  ["r", "Rename", () => openForm("rename")],
  ["m", "Merge", () => openForm("merge")],
  ["n", "Note", () => openForm("note")],
  ["s", "Skip", () => skip()],
  ["u", "Undo", () => undo()],
];
const MOVES = [
  ["j", "Next question (also \u2192)", () => move(1)],
  ["b", "Question before (also \u2190)", () => move(-1)],
  ["w", "Write a reason for the next decision", () => byId("reason").focus()],
  ["p", "Play or pause the first clip", () => play()],
  ["l", "Go to the queue (\u2191 and \u2193 move in it)", () => byId("list").querySelector("[tabindex='0']")?.focus()],
  ["/", "Search every label", () => byId("search").focus()],
  ["?", "Show these keys", () => byId("help").showModal()],
];
const HELP = {
  k: "Keep it: no filter may drop it",
  d: "Drop it",
  r: "Rename it: the old label becomes an alias",
  m: "Merge it into another label",
  n: "Add a note, a definition, a broader or a related concept",
  s: "Skip to the next question without a decision",
  u: "Undo the last decision",
};
const KEYS = new Map([...ACTIONS, ...MOVES].map(([key, , act]) => [key, act]));
KEYS.set("ArrowRight", () => move(1));
KEYS.set("ArrowLeft", () => move(-1));

function say(text, state = "") {
  byId("status").textContent = text;
  byId("status").dataset.state = state;
}

// A passing trouble, such as a server that does not answer, never takes the place of what is to
// be read: that something was not saved.
function warn(text, passing = false) {
  const banner = byId("banner");
  if (passing && banner.textContent && !banner.dataset.passing) return;
  banner.textContent = text;
  if (passing && text) banner.dataset.passing = "true";
  else delete banner.dataset.passing;
}

function failed(error) {
  if (error.name === "AbortError") return;
  if (!(error instanceof Refusal)) throw error;
  warn(error.message, true);
}

function guarded(act) {
  return (...given) => Promise.resolve(act(...given)).catch(failed);
}

function show(question, opened) {
  aside = opened;
  current = question;
  clearTimeout(dwell);
  preview?.abort();
  byId("actions").querySelectorAll("button").forEach((button) => {
    button.disabled = question === null && button.dataset.key !== "u";
  });
  if (question === null) {
    byId("card").replaceChildren(el("h1", { id: "label" }, "Nothing is asked here"), el("p", { class: "quiet" }, "Choose other facets, or search for a label."));
    return;
  }
  document.title = `${question.label} \u00B7 Sonolex curation`;
  remember();
  draw(question, null);
  window.scrollTo({ top: 0, behavior: "instant" });
  fill(question.label);
  dwell = setTimeout(() => foresee(question), DWELL);
}

// The parts that come with the question, and those that are read from the person's own sources.
function draw(question, item) {
  const back = aside ? el("p", {}, el("button", { type: "button", onclick: () => move(0) }, "Back to the queue")) : null;
  byId("card").replaceChildren(
    ...[
      back,
      ...view.heading(question),
      el("div", { id: "foreseen", class: "foreseen" }, el("h2", {}, `If you ${opposite(question)} it`)),
      item ? view.captions(item) : el("p", { class: "quiet", id: "reading" }, "Reading the captions\u2026"),
      item ? view.clips(item) : null,
      el("div", { class: "pair" }, view.neighbours(question, guarded((label) => openLabel(label))), view.senses(question)),
      view.scores(question),
      view.evidence(question),
      item ? view.history(item) : null,
    ].filter(Boolean),
  );
}

async function fill(label) {
  const item = await ask("item", { label }).catch((error) => {
    if (current?.label === label && byId("reading")) byId("reading").textContent = error.message;
  });
  if (!item || current?.label !== label) return;
  const foreseen = byId("foreseen");
  draw(item, item);
  byId("foreseen").replaceWith(foreseen);
}

function opposite(question) {
  return question.fate === "kept" ? "drop" : "keep";
}

// What the opposite of the present fate would change, once one stays with a question.
async function foresee(question) {
  preview = new AbortController();
  const query = { label: question.label, action: opposite(question), to: "" };
  let shown;
  try {
    shown = view.effects(await ask("effects", query, preview.signal));
  } catch (error) {
    if (error.name === "AbortError") return;
    shown = el("p", { class: "quiet" }, error.message);
  }
  if (current?.label === question.label) byId("foreseen").append(shown);
}

function openForm(action) {
  if (current && !saving) form.open(action, current.label, byId("reason").value);
}

// Null when the decision is on disk; else what went wrong. One at a time: a key that is pressed
// while another decision is being written would decide what nobody has seen.
async function decide(action, to = "", reason = byId("reason").value.trim()) {
  if (saving || current === null) return "Another decision is being saved; try again.";
  const { label, decision } = current;
  const start = performance.now();
  const seen = decision ? [decision.action, decision.to ?? ""] : null;
  saving = true;
  own.set(label, start);
  say(`Saving: ${action} ${quoted(label)}`, "saving");
  let result;
  try {
    result = await send("decide", { label, action, to, reason, seen });
  } catch (error) {
    const text = error instanceof Refusal ? error.message : String(error);
    say("");
    warn(`Not saved: ${action} ${quoted(label)}. ${text}`);
    if (error.status === 409) guarded(refresh)(true);
    return text;
  } finally {
    saving = false;
  }
  performance.measure("decision", { start });
  warn("");
  settled(result, label);
  const saved = `Saved: ${action} ${quoted(label)}.`;
  say(saved, "saved");
  guarded(go)(action, saved, label);
  // Once the keys rest, so that the next decision need not wait for it.
  clearTimeout(quiet);
  quiet = setTimeout(guarded(refresh), QUIET);
  return null;
}

// Shown at once, before anything else is asked.
function settled({ decision, effects }, label) {
  if (decision.reason) reasons.add(decision.reason);
  byId("reasons").replaceChildren(...[...reasons].map((value) => el("option", { value })));
  byId("reason").value = "";
  if (SETTLING.includes(decision.action)) {
    queue.mark(label, decision);
    if (current.label === label) current.decision = decision;
  }
  byId("last").replaceChildren(
    ...[
      el("h2", {}, "Last decision"),
      el("p", {}, el("b", {}, capital(decision.action)), " ", words(label), decision.to ? [" \u2192 ", words(decision.to)] : null),
      effects ? view.effects(effects) : null,
      el("button", { type: "button", onclick: guarded(undo) }, "Undo ", el("kbd", {}, "U")),
    ].filter(Boolean),
  );
}

async function go(action, saved, label) {
  if (!SETTLING.includes(action)) {
    await fill(label);
  } else if (aside) {
    await queue.go(queue.at);
    if (queue.current?.decision) await queue.advance();
  } else if (!(await queue.advance())) {
    return say(`${saved} Every question here is decided.`, "saved");
  }
  if (!SETTLING.includes(action) || !current) return undefined;
  return say(`${saved} Next: ${quoted(current.label)}, ${view.fateText(current)}.`, "saved");
}

async function skip() {
  if (saving) return;
  if (aside) return move(0);
  if (!(await queue.advance())) say("No other question here is without a decision.");
  else say(`Next: ${quoted(current.label)}, ${view.fateText(current)}.`);
}

async function move(step) {
  if (saving || (!aside && !current)) return;
  await queue.go(queue.at + (aside ? 0 : step));
  if (current) say(`${quoted(current.label)}, ${view.fateText(current)}.`);
}

async function undo() {
  if (saving) return;
  saving = true;
  say("Undoing", "saving");
  let undone;
  try {
    ({ undone } = await send("undo", {}));
  } catch (error) {
    say("");
    warn(`Not undone. ${error.message}`);
    return;
  } finally {
    saving = false;
  }
  warn("");
  byId("last").replaceChildren();
  if (undone === null) return say("There is nothing to undo.");
  own.set(undone.label, performance.now());
  await refresh(true);
  const place = queue.places.get(undone.label);
  if (place === undefined) await openLabel(undone.label);
  else await queue.go(place);
  say(`Undone: ${undone.action} ${quoted(undone.label)}.`, "saved");
}

// `of`: what to open where the label is an alias alone, and no candidate of its own.
async function openLabel(label, of = null) {
  let item;
  try {
    item = await ask("item", { label });
  } catch (error) {
    if (error.status !== 404 || of === null) throw error;
    return openLabel(of);
  }
  show(item, true);
  byId("question").focus({ preventScroll: true });
  return say(`${quoted(label)}, ${view.fateText(item)}.`);
}

// The standing, and what is on disk now. One at a time; `whole` reads the page of the queue anyway.
function refresh(whole = false) {
  refreshing = (refreshing ?? Promise.resolve()).catch(() => {}).then(() => readStanding(whole));
  return refreshing;
}

async function readStanding(whole) {
  const standing = await ask("progress");
  warn("", true);
  byId("standing").textContent = `${count(standing.done)} of ${count(standing.total)} decided \u00B7 ${count(standing.size)} concepts`;
  byId("progress").max = Math.max(standing.total, 1);
  byId("progress").value = standing.done;
  if (version === standing.version && !whole) return;
  const first = version === null;
  version = standing.version;
  const others = await queue.reload();
  const now = performance.now();
  if (!first) heed(others.filter((question) => !(now - own.get(question.label) < OWN)));
}

// What another window, or another person, has decided.
function heed(others) {
  if (!aside && queue.current && current && queue.current.label === current.label) {
    current.decision = queue.current.decision;
    byId("decided").replaceChildren(...(current.decision ? [view.decided(current.decision)] : []));
  }
  if (!others.length) return;
  const [{ label, decision }] = others;
  const what = decision ? `${decision.action} ${quoted(label)}` : `undo ${quoted(label)}`;
  say(others.length === 1 ? `In another window: ${what}.` : `In another window: ${count(others.length)} decisions.`);
}

function play() {
  const audio = byId("card").querySelector("audio");
  if (!audio) return say("There is no clip of this one.");
  return audio.paused ? audio.play() : audio.pause();
}

// The place stays in the address, so that loading the page anew comes back to it.
function remember() {
  const place = aside ? queue.at : queue.places.get(current.label) ?? queue.at;
  const hash = new URLSearchParams({ ...queue.chosen, at: place });
  history.replaceState(null, "", `/#${hash}`);
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
  // A dialog that was just closed may still hold the focus.
  const dialog = event.target.closest("dialog");
  if (dialog?.open) return;
  if (!dialog && event.target.closest("input, select, audio")) {
    if (event.key === "Escape") byId("question").focus({ preventScroll: true });
    return;
  }
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = KEYS.get(key);
  if (!act || (key.length === 1 && key !== "?" && !byId("keys-on").checked)) return;
  event.preventDefault();
  // A key that is held down decides once.
  if (!event.repeat || key.startsWith("Arrow")) guarded(act)();
}

function buttons() {
  byId("actions").append(
    ...ACTIONS.map(([key, text, act]) => {
      const attributes = { type: "button", "data-key": key, "aria-keyshortcuts": key.toUpperCase(), onclick: guarded(act) };
      return el("button", attributes, text, " ", el("kbd", { "aria-hidden": "true" }, key.toUpperCase()));
    }),
  );
  const lines = [...ACTIONS.map(([key]) => [key, HELP[key]]), ...MOVES];
  byId("keys").append(...lines.flatMap(([key, text]) => [el("dt", {}, el("kbd", {}, key.toUpperCase())), el("dd", {}, text)]));
  byId("help-open").addEventListener("click", () => byId("help").showModal());
  byId("help-close").addEventListener("click", () => byId("help").close());
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("close", () => {
      const focused = document.activeElement;
      if (focused === document.body || dialog.contains(focused)) byId("question").focus({ preventScroll: true });
    });
  }
  byId("reason").addEventListener("keydown", (event) => {
    if (event.key === "Enter") byId("question").focus({ preventScroll: true });
  });
}

async function poll() {
  if (!document.hidden && !saving) await guarded(refresh)();
  setTimeout(poll, POLL);
}

async function start() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const at = Number(hash.get("at"));
  hash.delete("at");
  queue.chosen = Object.fromEntries(hash);
  buttons();
  new Combobox(byId("search"), byId("hits"), {
    choose: guarded((hit) => {
      byId("search").value = "";
      return openLabel(hit.label, hit.of);
    }),
    failed,
  });
  document.addEventListener("keydown", onKey);
  if (at) {
    await queue.load(at - (at % 50));
    await queue.go(at);
  } else {
    await queue.begin();
  }
  await refresh();
  document.documentElement.dataset.ready = "true";
}

guarded(start)().then(poll);
