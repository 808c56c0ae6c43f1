#!/bin/sh
# The derived JSON, in every form that Python and people write.
# sanitized: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/curves_json_test.py"
