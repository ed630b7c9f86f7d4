#!/usr/bin/env bash
# Install a wheel into an empty environment, far from the checkout, and run the quick start there.
# Usage: tools/try_wheel.sh dist/sonolex-*.whl
set -euo pipefail

wheel=$(realpath "$1")
root=$(realpath "$(dirname "$0")/..")
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

"${PYTHON:-python3.11}" -m venv "$place/env"
"$place/env/bin/python" -m pip install --quiet --disable-pip-version-check -c "$root/constraints.txt" "$wheel"
cd "$place"
# Nothing of the caller's Python may help.
unset PYTHONPATH PYTHONHOME
PATH="$place/env/bin:$PATH"

python "$root/benchmarks/start.py" sonolex-core
sonolex verify sonolex-core
sonolex fetch yamnet minilm demo-sounds
sounds=$(python -c "from concept_core.resources import resource_path; print(resource_path('demo-sounds'))")
sonolex explain "$sounds/dog.mp3" "$sounds/rooster.mp3" --vocabulary demo --l0 8
