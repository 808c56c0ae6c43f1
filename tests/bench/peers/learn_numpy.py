"""learn_numpy.py RAW TASKS CONFIGS OUT [lazy]: the greedy list from a raw table of doubles, task by config; by whole tables, or lazily: an
old gain is an upper bound of the gain."""
import heapq
import json
import sys

import numpy as np


def learn(f):
    best, now, table = np.ones(len(f)), float(len(f)), np.empty_like(f)
    picks, means = [], []
    while True:
        sums = np.minimum(f, best[:, None], out=table).sum(axis=0)
        pick = int(sums.argmin())
        if not sums[pick] < now:
            return picks, means
        now = sums[pick]
        np.minimum(best, f[:, pick], out=best)
        picks.append(pick)
        means.append(best.mean())


def learn_lazily(f):
    f, best = np.ascontiguousarray(f.T), np.ones(len(f))
    heap = [(-gain, config, 0) for config, gain in enumerate((best - f).sum(axis=1).tolist())]
    heapq.heapify(heap)
    picks, means = [], []
    while heap:
        gain, config, age = heap[0]
        if age < len(picks):
            heapq.heapreplace(heap, (-float(np.maximum(best - f[config], 0).sum()), config, len(picks)))
        elif gain == 0:
            break
        else:
            heapq.heappop(heap)
            np.minimum(best, f[config], out=best)
            picks.append(config)
            means.append(best.mean())
    return picks, means


raw, n_task, n_config, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
picks, means = (learn_lazily if "lazy" in sys.argv[5:] else learn)(np.fromfile(raw).reshape(n_task, n_config))
with open(out, "w") as file:
    json.dump({"picks": picks, "J": means}, file)
