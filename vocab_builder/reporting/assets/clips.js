// Clips: a sound to play beside the concepts that each vocabulary hears in it.

function waveform(clip) {
  const bars = clip.peaks.map((peak, place) => {
    const tall = Math.max(2, peak * 0.44);
    return svg("rect", { x: place * 4, y: 24 - tall / 2, width: 2.4, height: tall, rx: 1 });
  });
  return svg("svg", { class: "wave", viewBox: `0 0 ${clip.peaks.length * 4} 48`, preserveAspectRatio: "none", "aria-hidden": "true" }, bars);
}

// Labels with bars against the longest; values are [label, value, note].
function barList(values, v) {
  const most = Math.max(...values.map(([, value]) => value), 1e-9);
  const items = values.map(([label, value, note]) => {
    const fillBar = el("span", { class: "fill" });
    fillBar.style.width = `${(100 * value) / most}%`;
    fillBar.style.background = colour(v);
    return el(
      "li",
      {},
      el("span", { class: "name" }, label),
      el("span", { class: "value" }, value.toFixed(2), note ? el("small", {}, ` ${note}`) : null),
      el("span", { class: "track", "aria-hidden": "true" }, fillBar),
    );
  });
  return items.length ? el("ol", {}, items) : el("p", { class: "quiet" }, "No concept of the vocabulary is here.");
}

function bars(explanation, v) {
  const close = explanation.status === "not-converged" ? ", not converged" : "";
  return el(
    "div",
    { class: "bars" },
    el("h3", {}, dotted(v)),
    barList(explanation.concepts, v),
    el("p", { class: "quiet" }, `l0 ${explanation.l0}, cosine ${number(explanation.cosine)}${close}`),
    explanation.note ? el("p", { class: "quiet" }, explanation.note) : null,
  );
}

// A row a concept, a cell a window of the file.
function overTime(chart) {
  const most = Math.max(...chart.rows.flatMap(([, values]) => values), 1e-9);
  const rows = chart.rows.map(([label, values]) => {
    const cells = values.map((value, place) =>
      svg(
        "rect",
        { x: place, y: 0, width: 1, height: 1, "fill-opacity": (value / most).toFixed(3) },
        svg("title", {}, `${label}: ${number(value)} up to ${number(chart.ends[place], 1)} s`),
      ));
    const peak = Math.max(...values);
    const strip = { class: "strip-time", viewBox: `0 0 ${values.length} 1`, preserveAspectRatio: "none", role: "img", "aria-label": `up to ${number(peak)}, most prominent at ${number(chart.ends[values.indexOf(peak)], 1)} s` };
    return el("li", {}, el("span", { class: "name" }, label), svg("svg", strip, cells));
  });
  const last = chart.ends[chart.ends.length - 1];
  return [el("ol", { class: "time" }, rows), el("p", { class: "scale quiet" }, el("span", {}, "0 s"), el("span", {}, `${number(last, 1)} s`))];
}

function charts() {
  document.getElementById("chart-list").append(...DATA.charts.map((chart) =>
    el(
      "figure",
      { class: chart.rows ? "whole" : "bars" },
      el("figcaption", {}, el("b", {}, chart.title), el("span", {}, chart.note)),
      chart.rows ? overTime(chart) : barList(chart.bars, 0),
    )));
}

// What stands beside the concepts of a clip: a player, or where there is no sound its name alone.
function sound(clip) {
  const name = el("b", {}, clip.name);
  if (!clip.audio) return el("div", { class: "sound" }, el("figcaption", {}, name, el("small", {}, "no sound here")));
  const wave = waveform(clip);
  const audio = el("audio", { controls: true, preload: "metadata", src: clip.audio, "aria-label": `Sound: ${clip.name}` });
  // Played bars take the accent's colour.
  const paint = () => {
    const played = audio.duration ? audio.currentTime / audio.duration : 0;
    [...wave.children].forEach((bar, place) => bar.classList.toggle("played", place < played * wave.children.length));
  };
  for (const event of ["timeupdate", "seeked", "ended"]) audio.addEventListener(event, paint);
  const part = clip.heard < clip.seconds ? `, the first ${number(clip.heard, 1)} s to hear` : "";
  return el("div", { class: "sound" }, el("figcaption", {}, name, el("small", {}, `${number(clip.seconds, 1)} s${part}`)), wave, audio);
}

function clipFigure(clip) {
  return el("figure", { class: "clip" }, sound(clip), el("div", { class: "sets" }, clip.explanations.map(bars)));
}

function clips() {
  document.getElementById("clip-list").append(...DATA.clips.map(clipFigure));
}
