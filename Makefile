# The words a newcomer types. `make demo` and `make test` do all set-up themselves.
.PHONY: help setup demo test lint check protos bench explore kill fuzz lock package package-test clean
PY := .venv/bin/python

help:
	@echo "make demo    a day at the simulated store, step by step, and the search for what stayed"
	@echo "make setup   what the others need, in .venv; then: . .venv/bin/activate"
	@echo "make test    every check: lint, types, import contracts, tests"
	@echo "make lint    ruff, mypy strict, import-linter"
	@echo "make protos  regenerate the gRPC modules from protos/"
	@echo "make bench   speed and memory as ratios to a floor"
	@echo "make explore SEEDS=N  long random runs of each story of the explorer, N (1000) with other crashes and faults each"
	@echo "make package REVISION=N RELEASE=NAME  dist/: what a till installs (.deb), a wheel, and the bill of materials"
	@echo "make package-test RELEASE=NAME  a till's life with it, on a throw-away Debian with a running systemd (root)"
	@echo "                  STORY=NAME    tests/package/NAME.py alone; next_debian, a till's own step to another Debian"
	@echo "                                (Debian's mirrors, 6 minutes), runs only by its name"
	@echo "make lock    pin the libraries of the package anew"
	@echo "make kill    the engine crashed at random, N times (100), with its power every other time; a line each"
	@echo "make fuzz    N (100000) messages with everything wrong that can be, to the real engine; what it answered"

setup: .venv/.ready

.venv/.ready: pyproject.toml .ci/setup
	@.ci/setup

demo: setup
	@$(PY) -m hw_sim.demo

# Each worker would rewrite the asserts of all tests for itself: while the types are checked they are, once for all.
test: setup
	@env -u PYTHONDONTWRITEBYTECODE $(PY) -m pytest -n0 --collect-only -qq -p no:cacheprovider >/dev/null 2>&1 & \
	    $(MAKE) --no-print-directory lint; said=$$?; wait; exit $$said
	$(PY) -m pytest

lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

protos: setup
	$(PY) -m grpc_tools.protoc -I pos_bridge/protocol=protos --python_out=. --pyi_out=. --grpc_python_out=. \
	    pos_bridge/protocol/processor_v1.proto pos_bridge/protocol/till_v1.proto

bench: setup
	$(PY) -m benchmarks

explore: setup
	@$(PY) -m tests.explorer seeds $(or $(SEEDS),1000)

kill: setup
	@$(PY) -m tests.surfaces.kill --cycles $(or $(N),100) $(if $(SEED),--seed $(SEED))

fuzz: setup
	@nice $(PY) -m tests.surfaces.fuzz --messages $(or $(N),100000) $(if $(SEED),--seed $(SEED))

lock: setup
	@PYTHONPATH=.ci $(PY) -m till_package.lock

package: setup
	@PYTHONPATH=.ci $(PY) -m till_package --revision $(or $(REVISION),1) $(if $(RELEASE),--release $(RELEASE))

STORIES := on_a_till plugged_in natives in_a_shop

# The layers of a throw-away till and the socket paths in it want a short name and a disk.
package-test: setup
	@command -v debootstrap >/dev/null && command -v systemd-nspawn >/dev/null || \
	    { echo "package-test needs: sudo apt-get install debootstrap systemd-container" >&2; exit 1; }
	@folder=$$(mktemp -d /var/tmp/till-XXXXXX); trap 'rm -rf "$$folder"' EXIT; \
	    TILL_RELEASE=$(RELEASE) $(PY) -m pytest -n0 --timeout 900 --basetemp "$$folder/t" \
	    $(foreach story,$(or $(STORY),$(STORIES)),tests/package/$(story).py)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
