# `make book` and `make test` do the set-up that they need; both are quick when nothing changed.

PYTHON ?= python3
PROFILE ?= demo
DEVICE ?= auto

EXTRAS := embedded,extraction,cluster,hub,book,test
BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: help install book test lint bundle lock clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@sed -n 's/^\([a-z]*\): .*##/\1:/p' $(MAKEFILE_LIST)

$(INSTALLED): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -c constraints.txt -e '.[$(EXTRAS)]'
	touch $@

install: $(INSTALLED)  ## create .venv with the library and all that the book and the tests need

book: $(INSTALLED)  ## run the chapters that changed, then render the book (PROFILE=quick|demo|full, DEVICE=auto|cpu|cuda)
	$(BIN)/python -m t2b_lib run --profile $(PROFILE) --device $(DEVICE)
	$(BIN)/python -m t2b_lib build

test: $(INSTALLED)  ## run the tests
	$(BIN)/python -m pytest

lint: $(INSTALLED)  ## check style and format with ruff
	$(BIN)/ruff check
	$(BIN)/ruff format --check

bundle: $(INSTALLED)  ## bundle the widgets' JavaScript anew, after a change in t2b_lib/widgets/js
	$(BIN)/python scripts/bundle_scripts.py

lock: $(INSTALLED)  ## write constraints.txt anew: exact versions for Python 3.10 to 3.13
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.10 --all-extras --upgrade \
		--no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		--output-file constraints.txt
	{ echo '# Exact versions that are known to work on Python 3.10 to 3.13. Written by `make lock`.'; \
		cat constraints.txt; } > constraints.new
	mv constraints.new constraints.txt

lowest: $(INSTALLED)  ## run the tests with the lowest versions that pyproject.toml allows
	$(BIN)/uv venv --quiet --clear --python $(PYTHON) .lowest
	$(BIN)/uv pip install --python .lowest/bin/python --resolution lowest-direct \
		--constraints tests/lowest_versions.txt -e '.[$(EXTRAS)]'
	.lowest/bin/python -m pytest

colab: $(INSTALLED)  ## run the chapters with Colab's Python and packages (needs root and debootstrap)
	$(BIN)/python scripts/colab_replica.py $(if $(filter true,$(CI)),--if-possible)
	$(BIN)/python -m pytest tests/test_colab_replica.py

clean:  ## remove the executed and the rendered book, the replica of Colab and the environments
	rm -rf book/_build .colab .lowest .venv
