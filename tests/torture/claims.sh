#!/bin/sh
# The heavy claims: bombs of gigabytes, a CSV line of 1 GB, chunks of 2 GB; and more hostile names, each by itself.
cd "${0%/*}/../.." && TORTURE=1 exec "${PROVE:-prove}" --exec '' --timer tests/inputs/claims.t tests/inputs/hostile.t
