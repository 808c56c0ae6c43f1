"""Lazy greedy, evaluating and shuffling, compiled by numba."""
import heapq

import numba
import numpy as np

jit = numba.njit(cache=True, fastmath=True)


@jit
def gain_of(best, row):
    total = 0.0
    for t in range(len(best)):
        total += max(best[t] - row[t], 0.0)
    return total


@jit
def learn(f):
    """f: config by task. An old gain is an upper bound of the gain."""
    n_config, n_task = f.shape
    best = np.ones(n_task)
    heap = [(-gain_of(best, f[c]), c, 0) for c in range(n_config)]
    heapq.heapify(heap)
    picks = np.empty(n_config, np.int64)
    n = 0
    while len(heap) > 0:
        gain, c, age = heap[0]
        if age < n:
            heapq.heapreplace(heap, (-gain_of(best, f[c]), c, n))
        elif gain == 0:
            break
        else:
            heapq.heappop(heap)
            for t in range(n_task):
                best[t] = min(best[t], f[c, t])
            picks[n] = c
            n += 1
    return picks[:n]


@jit
def along(f, g, order):
    """f, g: config by task. Means over tasks of the g of the best f so far, trial by trial."""
    n_task = f.shape[1]
    best, now, means = np.full(n_task, np.inf), np.zeros(n_task), np.empty(len(order))
    for k in range(len(order)):
        c = order[k]
        total = 0.0
        for t in range(n_task):
            if f[c, t] < best[t]:
                best[t] = f[c, t]
                now[t] = g[c, t]
            total += now[t]
        means[k] = total / n_task
    return means


@jit
def swap(items, words):
    """GSL's shuffle by the words of a generator; how many of them it took."""
    at = 0
    for i in range(len(items) - 1, 0, -1):
        scale = 0xFFFFFFFF // (i + 1)
        while True:
            j = words[at] // scale
            at += 1
            if j <= i:
                break
        items[i], items[j] = items[j], items[i]
    return items
