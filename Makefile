# make run and make test do all the set-up; the other targets take longer and are for people.
PORT ?= 8501
ADDRESS ?= 127.0.0.1
PYTHON ?= python3
BIN := .venv/bin
PRECOMPUTED := assets/precomputed
BENCH ?= bench_*
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1

.PHONY: run test notebook docs walks browsers benchmark gpu screens data precompute experiments cluster image load faults proxy fuzz audit clean

run: .venv/.app
	@echo "Lazy–Rich Lab: http://$(ADDRESS):$(PORT)"
	@exec $(BIN)/streamlit run app.py --server.port $(PORT) --server.address $(ADDRESS)

test: .venv/.dev
	@scripts/find_chromium.sh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	@echo "$(BIN)/mypy, beside the tests"; $(BIN)/mypy & types=$$!; \
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not walk" tests/browser tests; tests=$$?; \
	wait $$types && exit $$tests

notebook: .venv/.app
	$(BIN)/python -m pip install -q -r requirements-notebook.txt
	$(BIN)/jupyter notebook --notebook-dir docs/notebooks

docs: .venv/.dev
	PYTHONPATH=. $(BIN)/python scripts/docs.py docs/api

walks: .venv/.dev
	@scripts/find_chromium.sh
	$(BIN)/python -m pytest -n 2 --dist worksteal -m walk tests/browser

benchmark: .venv/.dev
	for bench in $(filter-out %/bench_gpu.py,$(wildcard tests/benchmarks/$(BENCH).py)); do echo "== $$bench"; PYTHONPATH=. $(BIN)/python "$$bench" || exit 1; done

gpu: .venv/.dev
	$(BIN)/python -m pytest -rs -m gpu tests/core/training/gpu tests/pages/jobs/test_on_gpu.py
	PYTHONPATH=. $(BIN)/python tests/benchmarks/bench_gpu.py

screens: .venv/.dev
	@scripts/find_chromium.sh
	$(BIN)/python scripts/screens.py screens

precompute: .venv/.app
	$(BIN)/python -m core.training.regime_map --output $(PRECOMPUTED)/regime_map.npz $(PRECOMPUTE_ARGS)
	$(BIN)/python -m core.training.regime_map.insets --output $(PRECOMPUTED)/neurons.npz
	$(BIN)/python -m core.training.regime_map.accuracy --output $(PRECOMPUTED)/accuracy.npz
	$(BIN)/python -m core.training.races --output $(PRECOMPUTED)/races.npz
	$(BIN)/python -m core.training.initialisation.survey --output $(PRECOMPUTED)/survey.npz

data: .venv/.app
	@$(BIN)/python -m core.training.practice.data $(DATA_DIR)

experiments: .venv/.app
	for name in filters grokking hierarchy kernel_movement; do \
		$(BIN)/python -m core.training.practice.$$name --output $(PRECOMPUTED)/$$name.npz || exit 1; done

cluster: .venv/.dev
	$(BIN)/python -m pip install -q -r requirements-cluster.txt
	$(BIN)/python -m pytest tests/cluster/regime_map_on_dask.py

image:
	@scripts/image.sh $(IMAGE_ARGS)

load: .venv/.dev
	$(BIN)/python -m tests.benchmarks.load $(LOAD_ARGS)

faults: .venv/.dev
	$(BIN)/python -m pytest -rsP tests/faults/faults_of_jobs.py tests/faults/faults_of_server.py

proxy: .venv/.dev
	@scripts/find_chromium.sh
	NGINX_BIN="$$(scripts/find_nginx.sh)" $(BIN)/python -m pytest -rsP tests/faults/faults_of_proxy.py

browsers: .venv/.dev
	@scripts/find_browsers.sh
	$(BIN)/python -m pytest -rs tests/browsers/smoke_of_pages.py

fuzz: .venv/.dev
	$(BIN)/python -m pytest tests/security/fuzz.py
	$(BIN)/python -m pytest --hypothesis-profile fresh -m hypothesis tests --ignore tests/browser

audit:
	@PYTHON="$(PYTHON)" scripts/audit.sh

clean:
	rm -rf .venv .cache screens docs/api .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.venv/.app: requirements.txt scripts/setup.sh
	@PYTHON="$(PYTHON)" scripts/setup.sh requirements.txt
	@touch $@

.venv/.dev: .venv/.app requirements-dev.txt
	@PYTHON="$(PYTHON)" scripts/setup.sh requirements-dev.txt
	@touch $@
