# Two commands do everything on a machine with Python 3.11+ and make: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2

.PHONY: demo demo-all test lint bench soak install clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	# for the measured spectra among its tests; what it needs itself (notebooks) is not installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps nmrpy
	touch $@

demo: install  ## the published robot chemistry on the simulated bench, in virtual time
	$(BIN)/autosynth run protocols/pom/pom_a.yaml --station protocols/pom/station.yaml --sim --runs runs

demo-all: install  ## a recipe of each of the five systems, one after the other
	$(BIN)/autosynth run protocols/pom/pom_a.yaml --station protocols/pom/station.yaml --sim --runs runs
	$(BIN)/autosynth run protocols/mof/product.yaml --station protocols/mof/station.yaml --sim --runs runs
	$(BIN)/autosynth run protocols/exchange/single_tube.yaml --station protocols/exchange/station.yaml --sim --runs runs
	$(BIN)/autosynth run protocols/cages/rh_ru.yaml --station protocols/cages/station.yaml --sim --runs runs \
	  --acknowledge DMA="closed vessel in a fume hood"
	$(BIN)/autosynth run protocols/nanoparticles/co_reduction.yaml --station protocols/nanoparticles/station.yaml --sim --runs runs \
	  --acknowledge H2-DOSE="bottle and quench stand open under the hood" --acknowledge H2-STOCK="made ten minutes ago"

test: install  ## everything but the soaks and the benchmarks
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not soak" --ignore=tests/benchmarks

lint: install  ## ruff, import rules, mypy, basedpyright
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/basedpyright

bench: install  ## ratios against peers measured in the same run
	$(BIN)/python -m pytest tests/benchmarks -s -q -p no:xdist

soak: install  ## random episodes on all processors, as many as you like: make soak EPISODES=10000; planted bugs; new examples
	$(BIN)/python -m pytest tests -m soak -s -q
	$(BIN)/python -m pytest tests -m "hypothesis and not soak" --hypothesis-profile=wandering -q

clean:
	rm -rf $(VENV) runs .pytest_cache .mypy_cache .ruff_cache .hypothesis
