# Two commands: `make demo` and `make test`. Plain make 3.81 and a POSIX shell are enough.
#   make demo TORCH=cpu   takes PyTorch's small CPU build (Linux without an NVIDIA card)

SHELL = /bin/sh
BIN = .venv/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet
CPU_BUILDS = https://download.pytorch.org/whl/cpu

.PHONY: demo test tests check install messages clean

demo: .venv/.ready
	@exec $(BIN)/python manage.py demo

# Two tests at a time on two cores. Types are checked meanwhile.
test: .venv/.ready-dev browser
	@$(MAKE) --no-print-directory -j 2 check tests

tests: .venv/.ready-dev
	@$(BIN)/python -m pytest -n 2 --dist loadfile -q
	@$(BIN)/python -m tests.postgresql

# What needs no test to run: style, types of the pure floor, which way imports point, migrations written.
check: .venv/.ready-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports
	@EVALSITE_DEBUG=yes $(BIN)/python manage.py makemigrations --check --dry-run

install: .venv/.ready

# The first of 3.13, 3.12, 3.11 that can make a virtual environment.
.venv/bin/python:
	@for python in python3.13 python3.12 python3.11; do \
	  if $$python -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	    echo "Making .venv with $$python"; exec $$python -m venv .venv; \
	  fi; \
	  if $$python -c '' >/dev/null 2>&1; then incomplete=$$python; fi; \
	done; \
	if [ -n "$$incomplete" ]; then \
	  echo "$$incomplete is here but cannot make virtual environments: install its venv package (Debian, Ubuntu: apt install $$incomplete-venv)." >&2; \
	else \
	  echo "No Python 3.13, 3.12 or 3.11 was found: install one of them (python.org, your system's packages, or Homebrew)." >&2; \
	fi; exit 1

.venv/.ready: requirements.txt constraints.txt | .venv/bin/python
	@echo "Installing packages; the first time takes some minutes."
	@if [ "$(TORCH)" = cpu ] && [ "$$(uname -s)" = Linux ]; then \
	  $(PIP) install --extra-index-url $(CPU_BUILDS) "$$(sed -n 's/^\(torch==[0-9.]*\).*/\1+cpu/p' requirements.txt)"; \
	fi
	@$(PIP) install -r requirements.txt -c constraints.txt
	@touch $@

.venv/.ready-dev: requirements-dev.txt .venv/.ready
	@$(PIP) install -r requirements-dev.txt -c constraints.txt
	@touch $@

# The browser tests drive the system's Chromium; without one they are skipped with a line that says so.
.PHONY: browser
browser:
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 \
	  || command -v google-chrome >/dev/null 2>&1 || [ -d "/Applications/Google Chrome.app" ] \
	  || { command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ] \
	       && { apt-get install -y -qq chromium >/dev/null 2>&1 \
	            || { apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq chromium >/dev/null 2>&1; }; }; } \
	  || echo "No Chromium here and none could be installed: the browser tests will be skipped."

messages: .venv/.ready-dev
	@$(BIN)/python manage.py makemessages -l ko -i .venv -i node_modules --no-location
	@$(BIN)/python manage.py compilemessages -l ko -i .venv

clean:
	rm -rf .venv staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis
