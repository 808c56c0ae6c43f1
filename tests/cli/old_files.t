#!/usr/bin/env bash
# Files of every schema that ever was, kept in fixtures/old, are still read; what they hold was worked out by hand.
. "$(dirname "$0")/../lib.sh"
old=$root/fixtures/old

ok 'the archive is whole' hyperlist check "$old/archive-1.h5"
ok 'it is scored' hyperlist normalize -q --no-provenance "$old/archive-1.h5" -o "$tmp/s.h5"
ok 'into the scores of then' h5diff "$tmp/s.h5" "$old/scores-1.h5"
ok 'the scores are whole' hyperlist check "$old/scores-1.h5"
ok 'a list is learned' hyperlist learn -q --no-provenance "$old/scores-1.h5" --set old -o "$tmp/l.json"
same 'which is that of then' "$tmp/l.json" "$old/list-1.json"
# Task one: init 2, best 1; a is 1 and 0, so f = (1 + 0) / 2, b is 1 and .5; in test, of init 3 and best 1, a is 1, .5, b 1, 0. Task
# two: init 5, best 1, a is 1 and .75, b 1 and 0; in test, of init 5 and best 2, a is 1 and 1, b 1 and 0.
is 'it is evaluated' "$(hyperlist evaluate -q --no-provenance "$old/list-1.json" "$old/scores-1.h5" | grep -v '^#' | tr '\t' ' ')" \
  'trials valid test config
1 0.625 0.5 b
2 0.5 0.625 a'
ok 'curves are added to the old archive' cp "$old/archive-1.h5" "$tmp/a.h5"
ok 'and it knows what it has' hyperlist ingest -q -o "$tmp/a.h5" --set old --grid own --columns replica=seed "$old/runs.csv"
like 'all of it' "$(hyperlist ingest -o "$tmp/a.h5" --set old --grid own --columns replica=seed "$old/runs.csv" 2>&1)" '0 tables stored, 2 were there already'
done_testing
