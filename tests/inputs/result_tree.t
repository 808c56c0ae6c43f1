#!/bin/sh
# Result trees: the release as a tree, unequal and missing runs against numpy, what may be named, growth, refusals.
# long: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/result_tree_test.py"
