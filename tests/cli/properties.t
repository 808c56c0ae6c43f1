#!/bin/sh
# What must hold for any table: lists against all subsets, and what may not change a list or a score. PROPERTY_SEED=N: other tables.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/properties_test.py"
