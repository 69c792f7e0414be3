# make demo   a virtual environment, kgbuild with its plugins, the example papers, a first query
# make test   the tests; make test-all adds the slow ones; make check lints and types

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
PLUGINS := plugins/kgbuild-lexicon plugins/kgbuild-spacy

.PHONY: demo test test-all check bench clean

$(VENV)/installed: pyproject.toml constraints.txt $(wildcard plugins/*/pyproject.toml)
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e . $(foreach plugin,$(PLUGINS),-e $(plugin))
	touch $@

$(VENV)/tested: $(VENV)/installed
	$(PIP) -e '.[test]'
	touch $@

$(VENV)/checked: $(VENV)/installed
	$(PIP) -e '.[check]'
	touch $@

demo: $(VENV)/installed
	cd examples && ../$(BIN)/kgbuild ingest papers || test $$? -eq 1
	cd examples && ../$(BIN)/kgbuild query --format table \
	  "SELECT ?drug ?disease WHERE { ?a rdfs:label ?drug ; biolink:treats ?b . ?b rdfs:label ?disease } ORDER BY ?drug ?disease"

test: $(VENV)/tested
	$(BIN)/python -m pytest -m "not slow" -n 2

test-all: $(VENV)/tested
	$(BIN)/python -m pytest -n 2

check: $(VENV)/checked
	$(BIN)/ruff check .
	$(BIN)/mypy kgbuild
	$(BIN)/lint-imports

bench: $(VENV)/installed
	for file in benchmarks/[a-z]*.py; do \
	  case $$file in */machine.py) ;; *) $(BIN)/python $$file || exit 1 ;; esac; done

clean:
	rm -rf $(VENV) examples/kg build *.egg-info
