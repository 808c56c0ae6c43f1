"""agree.py NEW OLD: whether two bench.tsv tell the same: a ratio of one is within the other's noise, which is the middle half of its rounds and
5 % more to each side; exit 1 and a line for each that is not."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from table import read_tsv

MORE = .05

new, old = ({(r.job, r.who): r for r in read_tsv(path) if r.ratio is not None} for path in sys.argv[1:3])
differ = 0
for key in sorted(new.keys() & old.keys()):
    a, b = new[key], old[key]
    if a.ratio_high * (1 + MORE) < b.ratio_low * (1 - MORE) or a.ratio_low * (1 - MORE) > b.ratio_high * (1 + MORE):
        differ += 1
        print(f"{key[0]}, {key[1]}: {a.ratio:.2f}x ({a.ratio_low:.2f}-{a.ratio_high:.2f}), before {b.ratio:.2f}x ({b.ratio_low:.2f}-{b.ratio_high:.2f})")
print(f"{len(new.keys() & old.keys()) - differ} of {len(new.keys() & old.keys())} ratios agree within the noise told")
sys.exit(differ > 0)
