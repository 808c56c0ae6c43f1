#!/bin/sh
# Hostile names of tasks, sets, configs, hyperparameters, columns and files, through every command: carried, or refused in one line.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/hostile_test.py"
