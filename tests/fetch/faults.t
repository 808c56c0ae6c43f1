#!/bin/sh
# `fetch` against a real server that stalls, cuts, corrupts, lies, refuses, redirects and changes its files.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/faults_test.py"
