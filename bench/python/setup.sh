#!/bin/sh
# Makes .bench/venv, where the benchmark looks for PyTorch and Optax. The CPU build of PyTorch suffices where there is a registry of it.
set -e
cd "$(dirname "$0")/../.."
mkdir -p .bench
python3 -m venv .bench/venv
.bench/venv/bin/pip install --disable-pip-version-check -r bench/python/requirements.txt
