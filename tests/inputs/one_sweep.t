#!/bin/sh
# One sweep of random curves, written in each format: the same archive's tables, scores and list.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/one_sweep_test.py"
