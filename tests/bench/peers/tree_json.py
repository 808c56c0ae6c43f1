"""tree_json.py OUT ROOT: a result tree as arrays: for each task [config, replica, step, split]."""
import json
import os
import sys

import numpy as np

runs = {}
for folder, _, files in os.walk(sys.argv[2]):
    if "result" in files:
        with open(os.path.join(folder, "result")) as file:
            result = json.load(file)
        task, config, _, replica = folder.split("/")[-4:]
        runs.setdefault(task, {}).setdefault(config, {})[int(replica)] = [result[s] for s in sorted(result, key=int)]
np.savez(sys.argv[1], **{task: np.array([[by_replica[r] for r in sorted(by_replica)] for _, by_replica in
                                         sorted(configs.items(), key=lambda item: int(item[0].rpartition("seed")[2]))])
                         for task, configs in runs.items()})
