"""learn_numba.py RAW TASKS CONFIGS OUT: as learn_numpy.py, compiled; prints the milliseconds of the selection alone, from the turned table
in memory to the picks."""
import json
import sys
import time

import numpy as np

from lazy_numba import learn

raw, n_task, n_config, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
table = np.fromfile(raw).reshape(n_task, n_config)
learn(np.ascontiguousarray(table[:2].T))  # compiled, or fetched from numba's cache
f = np.ascontiguousarray(table.T)
start = time.perf_counter()
picks = learn(f)
print(f"selected in {1e3 * (time.perf_counter() - start):.3f} ms")
best = np.minimum.accumulate(f[picks], axis=0)
with open(out, "w") as file:
    json.dump({"picks": picks.tolist(), "J": best.mean(axis=1).tolist()}, file)
