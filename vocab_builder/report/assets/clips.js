// Clips: a sound to play beside the concepts that each vocabulary hears in it.

function waveform(clip) {
  const bars = clip.peaks.map((peak, place) => {
    const tall = Math.max(2, peak * 0.44);
    return svg("rect", { x: place * 4, y: 24 - tall / 2, width: 2.4, height: tall, rx: 1 });
  });
  return svg("svg", { class: "wave", viewBox: `0 0 ${clip.peaks.length * 4} 48`, preserveAspectRatio: "none", "aria-hidden": "true" }, bars);
}

function bars(explanation, v) {
  const most = Math.max(...explanation.concepts.map(([, value]) => value), 1e-9);
  const items = explanation.concepts.map(([label, value]) => {
    const fillBar = el("span", { class: "fill" });
    fillBar.style.width = `${(100 * value) / most}%`;
    fillBar.style.background = colour(v);
    return el(
      "li",
      {},
      el("span", { class: "name" }, label),
      el("span", { class: "value" }, value.toFixed(2)),
      el("span", { class: "track", "aria-hidden": "true" }, fillBar),
    );
  });
  const close = explanation.status === "not-converged" ? ", not converged" : "";
  return el(
    "div",
    { class: "bars" },
    el("h4", {}, dotted(v)),
    items.length ? el("ol", {}, items) : el("p", { class: "quiet" }, "No concept of the vocabulary is in this clip."),
    el("p", { class: "quiet" }, `l0 ${explanation.l0}, cosine ${number(explanation.cosine)}${close}`),
  );
}

function clipFigure(clip) {
  const wave = waveform(clip);
  const audio = el("audio", { controls: true, preload: "metadata", src: clip.audio, "aria-label": `Sound: ${clip.name}` });
  // Played bars take the accent's colour.
  const paint = () => {
    const played = audio.duration ? audio.currentTime / audio.duration : 0;
    [...wave.children].forEach((bar, place) => bar.classList.toggle("played", place < played * wave.children.length));
  };
  for (const event of ["timeupdate", "seeked", "ended"]) audio.addEventListener(event, paint);
  const part = clip.heard < clip.seconds ? `, the first ${number(clip.heard, 1)} s to hear` : "";
  return el(
    "figure",
    { class: "clip" },
    el(
      "div",
      { class: "sound" },
      el("figcaption", {}, el("b", {}, clip.name), el("small", {}, `${number(clip.seconds, 1)} s${part}`)),
      wave,
      audio,
    ),
    el("div", { class: "sets" }, clip.explanations.map(bars)),
  );
}

function clips() {
  document.getElementById("clip-list").append(...DATA.clips.map(clipFigure));
}
