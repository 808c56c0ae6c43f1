#!/bin/sh
# The page of `report`: what is in it, that nothing else comes in, and that files of others do no harm.
# sanitized: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/page_test.py"
