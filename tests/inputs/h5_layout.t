#!/bin/sh
# HDF5 files as other tools lay them out are read alike; trees and names in which HDF5 itself would be lost are refused before.
# sanitized: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/h5_layout_test.py"
