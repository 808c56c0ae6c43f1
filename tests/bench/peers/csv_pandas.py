"""csv_pandas.py OUT FILE: pandas.read_csv alone. OUT: how many rows of how many columns there are."""
import sys

import pandas

frame = pandas.read_csv(sys.argv[2])
with open(sys.argv[1], "w") as file:
    print(*frame.shape, file=file)
