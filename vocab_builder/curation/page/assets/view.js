// What is known of a question, as elements.

import { clipAddress } from "./api.js";
import { capital, count, el, number, quoted, words } from "./dom.js";

// Characters of a label that still stands in the largest type.
const LONG = 60;
const FATES = { kept: "kept", dropped: "left out", alias: "alias" };

export function fateText(question) {
  if (question.fate === "kept") return question.rank === null ? "kept" : `kept, place ${count(question.rank)}`;
  if (question.fate === "alias") return "alias of another label";
  const why = [question.filter, question.reason].filter(Boolean).join(": ");
  return why ? `left out by ${why}` : "left out";
}

export function decisionText(decision) {
  const to = decision.to ? ` ${quoted(decision.to)}` : "";
  return `${capital(decision.action)}${to}`;
}

function panel(title, ...content) {
  return el("div", { class: "panel" }, el("h2", {}, title), content);
}

function table(heads, rows, caption) {
  const head = heads.map(([text, kind]) => el("th", { scope: "col", class: kind }, text));
  return el(
    "div",
    { class: "table-scroll", role: "region", tabindex: "0", "aria-label": caption },
    el("table", {}, el("caption", { class: "hidden" }, caption), el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows)),
  );
}

// The words of the label marked in a caption.
function marked(caption, label) {
  const parts = label.split(/\s+/).filter((part) => part.length > 2).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (!parts.length) return words(caption);
  const pieces = caption.split(new RegExp(`(${parts.join("|")})`, "giu"));
  return el("bdi", {}, pieces.map((piece, place) => (place % 2 ? el("mark", {}, piece) : piece)));
}

export function heading(question) {
  const facts = [
    el("span", { class: `fate ${question.fate}` }, capital(fateText(question))),
    el("span", {}, question.kind),
    el("span", {}, `counted ${count(question.count)}\u00D7`),
    question.sources.map((source) => el("span", { class: "chip" }, source)),
  ];
  const doubts = question.doubts.map((doubt) => el("li", {}, doubt.text));
  return [
    el("h1", { id: "label", class: question.label.length > LONG ? "long" : null }, words(question.label)),
    el("p", { class: "facts-line" }, facts),
    el("div", { id: "decided" }, question.decision ? decided(question.decision) : null),
    doubts.length ? el("ul", { class: "doubts", "aria-label": "Why you are asked" }, doubts) : null,
  ];
}

export function decided(decision) {
  const since = decision.replaced ? `replaced ${decision.replaced}` : null;
  const by = [decision.by && `by ${decision.by}`, decision.at, since].filter(Boolean).join(", ");
  return el(
    "p",
    { class: "decided" },
    el("b", {}, "Decided: "),
    words(decisionText(decision)),
    decision.reason ? [" (", words(decision.reason), ")"] : null,
    by ? el("small", {}, ` ${by}`) : null,
  );
}

export function captions(item) {
  if (!item.captions.length) return null;
  const lines = item.captions.map((caption) => el("li", {}, marked(caption, item.label)));
  return panel("As it was said", el("ul", { class: "captions" }, lines));
}

export function clips(item) {
  if (!item.clips.length) return null;
  const lines = item.clips.map((clip) =>
    el(
      "li",
      {},
      el("p", {}, words(clip.name), el("small", {}, ` cosine ${number(clip.cosine)}`)),
      el("audio", { controls: true, preload: "none", src: clipAddress(clip.id), "aria-label": `Clip ${clip.name}` }),
    ));
  return panel("Clips that match it best", el("ul", { class: "sounds" }, lines));
}

export function neighbours(question, open) {
  if (!question.neighbours.length) return null;
  const lines = question.neighbours.map((near) =>
    el(
      "li",
      {},
      el("button", { type: "button", class: "seek", onclick: () => open(near.label) }, el("span", {}, words(near.label))),
      el("span", { class: "num" }, number(near.cosine)),
      el("span", { class: "quiet" }, FATES[near.fate] ?? near.fate),
    ));
  return panel("Nearest labels", el("p", { class: "hint" }, "With the cosine between the two."), el("ul", { class: "near" }, lines));
}

function beside(score) {
  if (score.value === null || score.threshold === null) return "";
  const apart = score.value - score.threshold;
  if (apart === 0) return "at it";
  return `${number(Math.abs(apart))} ${apart > 0 ? "above" : "below"}`;
}

export function scores(question) {
  if (!question.scores.length) return null;
  const rows = question.scores.map((score) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, score.stage),
      el("td", { class: "num" }, number(score.value)),
      el("td", { class: "num" }, number(score.threshold)),
      el("td", { class: "num wide" }, beside(score)),
      el("td", {}, score.twin ? words(score.twin) : "", score.flag ? el("small", {}, ` ${score.flag}`) : null),
    ));
  const heads = [["Stage", null], ["Value", "num"], ["Threshold", "num"], ["Distance", "num wide"], ["Measured against", null]];
  return panel("Scores and thresholds", table(heads, rows, "Scores and thresholds"));
}

export function evidence(question) {
  if (!question.evidence.length) return null;
  const rows = question.evidence.map((one) =>
    el("tr", {}, el("th", { scope: "row" }, one.source), el("td", {}, words(one.locator)), el("td", { class: "num" }, count(one.count))));
  return panel("Evidence", table([["Source", null], ["Place", null], ["Count", "num"]], rows, "Evidence"));
}

export function senses(question) {
  if (question.senses.length < 2) return null;
  return panel("Senses", el("ol", { class: "senses" }, question.senses.map((sense) => el("li", {}, words(sense)))));
}

export function history(item) {
  if (!item.history.length) return null;
  return panel("Decisions so far", item.history.map(decided));
}

function change(title, before, after, digits) {
  if (after === null || after === undefined) return null;
  const was = before === null || before === undefined || before === after ? "" : `${number(before, digits)} \u2192 `;
  return el("div", {}, el("dt", {}, title), el("dd", {}, `${was}${number(after, digits)}`));
}

function labels(title, list) {
  if (!list.length) return null;
  const shown = list.slice(0, 12).map((label) => el("span", { class: "chip" }, words(label)));
  if (list.length > 12) shown.push(`and ${count(list.length - 12)} more`);
  return el("div", { class: "many" }, el("dt", {}, title), el("dd", {}, shown));
}

// What a decision changes in the vocabulary.
export function effects(given) {
  return el(
    "dl",
    { class: "effects" },
    change("Concepts", null, given.size, 0),
    change("Coverage", given.coverage_before, given.coverage, 4),
    change("Redundancy", given.redundancy_before, given.redundancy, 4),
    labels("Enters", given.enters),
    labels("Leaves", given.leaves),
  );
}
