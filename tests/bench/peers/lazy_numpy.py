"""Lazy greedy, evaluating and shuffling with numpy: what lazy_numba.py compiles."""
import heapq

import numpy as np


def learn(f):
    """f: config by task. An old gain is an upper bound of the gain."""
    best = np.ones(f.shape[1])
    heap = [(-gain, config, 0) for config, gain in enumerate((best - f).sum(axis=1).tolist())]
    heapq.heapify(heap)
    picks = []
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
    return np.array(picks, np.int64)


def along(f, g, order):
    """f, g: config by task. Means over tasks of the g of the best f so far, trial by trial."""
    f, g = f[order], g[order]
    low = np.minimum.accumulate(f, axis=0)
    is_new = np.empty(f.shape, bool)
    is_new[:1] = True
    np.less(f[1:], low[:-1], out=is_new[1:])
    at = np.maximum.accumulate(np.where(is_new, np.arange(len(order))[:, None], 0), axis=0)
    return np.take_along_axis(g, at, axis=0).mean(axis=1)


def swap(items, words):
    """GSL's shuffle by the words of a generator."""
    items, words = items.tolist(), iter(words.tolist())
    for i in range(len(items) - 1, 0, -1):
        scale = 0xFFFFFFFF // (i + 1)
        j = next(words) // scale
        while j > i:
            j = next(words) // scale
        items[i], items[j] = items[j], items[i]
    return np.array(items, np.int64)
