"""json_numpy.py OUT ROOT: curves-json files as arrays [file, config, step, split]."""
import glob
import json
import os
import sys

import numpy as np

tables = []
for path in sorted(glob.glob(os.path.join(sys.argv[2], "*.json"))):
    with open(path) as file:
        runs = json.load(file)
    tables.append(np.array([[run[s]["loss"] for s in ("train", "valid", "test")] for run in runs]).transpose(0, 2, 1))
np.save(sys.argv[1], np.array(tables))
