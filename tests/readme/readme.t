#!/bin/sh
# Everything the README shows: commands and their output, files, options, links, the figure, measured tables.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/readme_test.py" "$@"
