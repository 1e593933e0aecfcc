#!/bin/sh
# Solve the two locks in requirements/ from pyproject.toml: `make lock`.
#
# dev.txt comes first and run.txt is solved inside it, so that both name the
# same versions and one .venv can carry either. Versions stay as they are
# unless a range forbids them, or `--upgrade` (`-P NAME` for one) is given.
# The locks name no index: everyone installs from the one they use.
set -eu
cd "$(dirname "$0")/.."

solve() {
    .venv/bin/uv pip compile --quiet --universal --generate-hashes \
        --no-emit-index-url --no-header --python-version 3.11 \
        --group build "$@" pyproject.toml
}

solve --all-extras --group dev --output-file requirements/dev.txt "$@"
solve --constraint requirements/dev.txt --output-file requirements/run.txt \
    "$@"
