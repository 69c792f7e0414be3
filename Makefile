# make demo   a virtual environment, kgbuild with its plugins, the example papers, a first query
# make test   the tests; make test-all adds the slow ones; make check lints and types
# make bench  the benchmarks, into benchmarks/results; make bench BENCH=--quick for small sizes

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
PARTS := model plugins/kgbuild-lexicon plugins/kgbuild-linker plugins/kgbuild-spacy plugins/kgbuild-transformer
# the CPU build of torch, where that index can be reached; else what pip finds by itself
TORCH := --no-deps --retries 0 --timeout 15 --index-url https://download.pytorch.org/whl/cpu torch

.PHONY: demo test test-all check bench docs clean

$(VENV)/installed: pyproject.toml constraints.txt $(wildcard */pyproject.toml plugins/*/pyproject.toml)
	@echo "making $(VENV) with kgbuild, its plugins and what they need: some minutes, the most for PyTorch"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) $(TORCH) 2>/dev/null || true
	@$(PIP) -e . $(foreach part,$(PARTS),-e $(part))
	@touch $@

$(VENV)/tested: $(VENV)/installed
	$(PIP) -e '.[test]'
	$(PIP) --no-deps biolink-model # for its YAML alone: what it requires is not needed
	touch $@

$(VENV)/checked: $(VENV)/installed
	$(PIP) -e '.[check]'
	touch $@

demo: $(VENV)/installed
	@printf '\n# invented papers become a graph, by a word list and rules (examples/kgbuild.toml)\n'
	cd examples && ../$(BIN)/kgbuild ingest papers
	@printf '\n# which drugs treat what?\n'
	cd examples && ../$(BIN)/kgbuild query --format table \
	  "SELECT ?drug ?disease { ?a rdfs:label ?drug ; biolink:treats ?b . ?b rdfs:label ?disease } ORDER BY ?drug ?disease"
	@printf '\n# an edge, with the sentence that says so\n'
	cd examples && ../$(BIN)/kgbuild show bff8ac0ce278
	@printf '\n# names found without a word list, by the transformer that ships\n'
	cd examples && ../$(BIN)/kgbuild annotate papers/amiodarone.nbib --set 'pipeline.extractors=["transformer"]'
	@printf '\nnext: . $(BIN)/activate, then "A first graph of your own" in README.md\n'

test: $(VENV)/tested
	$(BIN)/python -m pytest -m "not slow" -n 2

test-all: $(VENV)/tested
	$(BIN)/python -m pytest -n 2

check: $(VENV)/checked
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy -m kgbuild_command -p kgbuild -p kgbuild_model -p kgbuild_lexicon -p kgbuild_linker -p kgbuild_spacy -p kgbuild_transformer
	$(BIN)/lint-imports

docs: $(VENV)/installed
	$(PIP) -e '.[docs]'
	$(BIN)/python docs/generate.py
	$(BIN)/mkdocs build --quiet

bench: $(VENV)/installed
	$(PIP) -e '.[bench]'
	$(BIN)/python benchmarks/run.py $(BENCH)

clean:
	rm -rf $(VENV) examples/kg build *.egg-info
