#!/bin/sh
# What people see on a terminal, and programs in a pipe: aligned tables, bars, progress, colour, --json of every command.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/terminal_test.py"
