#!/bin/sh
# A list on a task of one's own: trials, the best so far, what to expect of the next, Figure 4.
# sanitized: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/track_test.py"
