#!/bin/sh
# kill -9 at 300 random moments, power cuts, several writers: the long forms of tests of the daily round.
cd "${0%/*}/../.." && TORTURE=1 exec "${PROVE:-prove}" --exec '' --timer tests/cli/kill.t tests/cli/durable.t
