"""Ways to break the code, stage by stage: (file, the text that stands there exactly once, what takes its place, the tests that shall
notice, in order). A test without a slash is a unit."""

AVERAGED = ("average_test", "tests/twin/twin.t hard")
NORMALIZE = ("tests/twin/twin.t hard", "tests/inputs/csv.t", "tests/twin/twin.t fixtures")
LEARN = ("open_test", "greedy_test", "tests/cli/definition.t")
EVALUATE = ("evaluate_test", "tests/cli/definition.t")
SPLIT = ("split_test", "generalize_test", "tests/twin/generalize.t")
REFINED = ("refined_test", "generalize_test", "tests/twin/generalize.t")
EXPECTED = ("expected_test", "tests/twin/generalize.t")
GRID = ("regrid_test", "tests/inputs/csv.t")
SPACE = ("space_test",)
TASKS = ("selector_test", "tests/cli/selectors.t")
LISTS = ("list_test", "tests/cli/definition.t", "tests/cli/export.t")
NPZ = ("npy_test", "npz_test", "tests/inputs/npz_variants.t")
NUMBERS = ("json_scan_test", "csv_test", "table_test", "tests/inputs/csv.t")
HASH = ("hasher_test",)
JOURNAL = ("journal_test",)
LAYOUT = ("tests/inputs/h5_layout.t",)
TOLD = ("tests/cli/told.t",)
STORE = ("pack_test", "tests/inputs/archive_format.t", "tests/archive/trust.t")

AVERAGE, COLLAPSE, LOSS, SCORER = ("src/normalize/" + n for n in ("average.c", "collapse.c", "collapse.h", "scorer.c"))
SPLITS, BOX, REFINE, EXPECT = ("src/generalize/" + n for n in ("split.c", "box.c", "baseline_refined.c", "baseline_expected.c"))
BEST, GREEDY, TRIALS = "src/evaluate/best_so_far.c", "src/learn/greedy.c", "src/generalize/trials.c"
REACHED, OPEN, COARSE = "src/learn/reached.c", "src/learn/open.c", "src/learn/coarse.h"
TREES = "src/base/h5_trees.c"
PACK, PLAIN, SHUFFLE, HASHER = "src/archive/pack.c", "src/archive/plain.c", "src/archive/shuffle.c", "src/base/hasher.c"

MUTATIONS = (
    # learn
    (GREEDY, "return a->gain != b->gain ? a->gain > b->gain : a->config < b->config;",
     "return a->gain != b->gain ? a->gain > b->gain : a->config > b->config;", LEARN),  # ties to the higher index
    (GREEDY, "if (child + 1 < heap->n && precedes", "if (child + 2 < heap->n && precedes", LEARN),
    (GREEDY, "if (run->heap.items[0].gain == 0) break;", "if (run->heap.items[0].gain < 0) break;", LEARN),  # never stops
    (GREEDY, "return (candidate->round == round && candidate->is_exact) || candidate->gain <= 0;", "return candidate->is_exact || candidate->gain <= 0;", LEARN),  # stale gains
    (GREEDY, "    if (top->gain != open->gains[top->config]) {", "    if (false) {", LEARN),  # stale gains of open cells
    (REACHED, "if (hl_exact(valid[task]) >= reached->best[task]) continue;", "if (hl_exact(valid[task]) <= reached->best[task]) continue;", LEARN),
    (REACHED, "n += exact < reached->best[cell.task];", "n += exact <= reached->best[cell.task] && i % 2;", LEARN),  # lost cells
    (OPEN, "open->gains[cell.config] -= from - (cell.exact > to ? cell.exact : to);", "open->gains[cell.config] -= from - to;", LEARN),
    (OPEN, "open->best[task] = to;", "", LEARN),
    (OPEN, "n_left += cell.exact < to;", "n_left++;", LEARN),  # closed cells stay
    (REACHED, "reached->limits[task] = hl_coarse_limit(valid[task]);", "reached->limits[task] = HL_COARSE_NEVER;", LEARN),  # tasks that are done with
    (REACHED, "first < n_task && reached->is_dense; first += HL_BLOCK", "first < n_task - HL_BLOCK && reached->is_dense; first += HL_BLOCK", LEARN),
    (REACHED, "return (int64_t)sum * HL_REACHED_BLUR +", "return (int64_t)sum * HL_REACHED_BLUR / 2 +", LEARN),  # no bound
    (REACHED, "offer(it, config, task, coarse[task] < limits[task]);", "offer(it, config, task, coarse[task] + 1 < limits[task]);", LEARN),
    (REACHED, "if (it.n <= most) look_up(&it);", "", LEARN),
    (COARSE, "(hl_coarse(b) + (b < 1))", "(hl_coarse(b))", LEARN),  # scores that are better by less than a step
    (COARSE, "return (halves[0] | halves[1]) != 0;", "return halves[0] != 0;", LEARN),
    (OPEN, "+= best[cells[i].task] - cells[i].exact;", "+= best[cells[i].task];", LEARN),
    (OPEN, "const size_t begin = config > 0 ? open->config_ends[config - 1] : 0;", "const size_t begin = config > 1 ? open->config_ends[config - 1] : 0;", LEARN),
    (GREEDY, "if (!cells->is_kept[c]) continue;\n    run", "run", LEARN),
    ("src/learn/exact.h", "score * 0x1p40 + shift", "score * 0x1p36 + shift", LEARN),
    ("src/learn/learn.c", "for (size_t i = 0; i < cells->n_task; i++) best[i] = 1;", "for (size_t i = 0; i < cells->n_task; i++) best[i] = 0.5;", LEARN),
    ("src/learn/learn.c", "i < learning->n_greedy ? HL_PHASE_GREEDY", "i <= learning->n_greedy ? HL_PHASE_GREEDY", LEARN),
    # evaluate
    (BEST, "!(valid[config * n_task] < valid[it->chosen[task] * n_task])", "!(valid[config * n_task] <= valid[it->chosen[task] * n_task])", EVALUATE),  # the later of equals
    (BEST, "if (coarse + 1 == it->limits[task] && ", "if (coarse + 1 < it->limits[task] && ", EVALUATE),
    (BEST, "look_up(&it, &best->test, it.found[1]);", "look_up(&it, &best->valid, it.found[1]);", EVALUATE),
    (BEST, "begin = k > first ? it.ends[k - 1] : 0;", "begin = k > 0 ? it.ends[k - 1] : 0;", EVALUATE),  # batches
    ("src/evaluate/evaluate.c", "evaluation->n_tested += it->cells.is_tested[i];", "evaluation->n_tested++;", EVALUATE),
    ("src/generalize/study.c", "options.train_tasks = n_train;", "options.train_tasks = n_train + 1;", ("sizes_test",)),
    # splits and streams
    (SPLITS, "return is_test_given(splitter) ? n : n / 2;", "return is_test_given(splitter) ? n : (n + 1) / 2;", SPLIT),
    (SPLITS, "begin = count_train(splitter, n);", "begin = count_train(splitter, n) - 1;", SPLIT),  # a task on both sides
    (SPLITS, "(k < n % n_part ? k : n % n_part)", "(k <= n % n_part ? k : n % n_part + 1)", SPLIT),
    (SPLITS, "options->train_fraction * (double)n + 1e-9", "options->train_fraction * (double)n", SPLIT),
    (SPLITS, 'hl_stream_shuffle(seed, resample, "split"', 'hl_stream_shuffle(seed, resample, "splits"', SPLIT),  # a wrong stream
    (SPLITS, 'hl_stream_shuffle(seed, resample, "split"', 'hl_stream_shuffle(seed, 0, "split"', SPLIT),  # the same split each time
    (SPLITS, "if (is_test[pool[i]]) continue;", "", SPLIT),
    ("src/base/stream.c", "(uint32_t)XXH64(name, strlen(name), 0)", "(uint32_t)(XXH64(name, strlen(name), 0) >> 32)", SPLIT),
    (TRIALS, '"%s:%s", search', '"%s/%s", search', SPLIT),
    (TRIALS, "n += trials->cells->is_tested[fold->test[i]];", "n++;", SPLIT),
    # baselines
    ("src/generalize/baseline_random.c", "if (cells->is_kept[order[i]]) order[n_kept++]", "order[n_kept++]", SPLIT),
    ("src/generalize/baseline_oracle.c", "cells->valid[c * cells->n_task + task] < cells->valid", "cells->valid[c * cells->n_task + task] <= cells->valid", EXPECTED),
    (EXPECT, "(double)(n - k - j) / (double)(n - j)", "(double)(n - k - j) / (double)(n - j + 1)", EXPECTED),
    (EXPECT, "valid[end] == valid[begin]", "end == begin", EXPECTED),  # ties not shared
    (EXPECT, "for (size_t j = 0; j + k <= n &&", "for (size_t j = 0; j + k < n &&", EXPECTED),
    (REFINE, "hl_box_init(box, points, best, n_best, 0.05)", "hl_box_init(box, points, best, n_best, 0.1)", REFINED),  # wrong percentiles
    (REFINE, "hl_box_init_joint(box, points, best, n_best, 90)", "hl_box_init_joint(box, points, best, n_best, 95)", REFINED),
    (REFINE, "trials->best[trials->fold->train[i]]", "trials->best[trials->fold->test[0]]", REFINED),
    (BOX, "hl_quantile(room, n, 1 - tail)", "hl_quantile(room, n, tail)", REFINED),
    (BOX, "return x >= low - margin && x <= high + margin;", "return x >= low && x < high;", REFINED),
    (BOX, "if (isnan(x)) return interval->has_no_coordinate;", "if (isnan(x)) return true;", REFINED),
    (BOX, "(n_best * percent + 99) / 100", "n_best * percent / 100", REFINED),
    ("src/base/quantile.c", "share * (double)(n - 1)", "share * (double)n * 0.999", ("quantile_test",)),
    ("src/generalize/generalize.c", "hl_quantile(room, n, 0.75)", "hl_quantile(room, n, 0.7)", SPLIT),
    ("src/generalize/generalize.c", "  gsl_sort(room, 1, n);\n", "", SPLIT),
    # grids, tasks, spaces
    ("src/ingest/regrid.c", "hl_regrid_compare(grid, steps[n_seen], i) <= 0) n_seen++", "hl_regrid_compare(grid, steps[n_seen], i) < 0) n_seen++", GRID),
    ("src/ingest/regrid.c", "n_seen > 0 ? n_seen - 1 : 0", "n_seen < n ? n_seen : n - 1", GRID),  # a later observation
    ("src/ingest/regrid.c", "if (!is_over) n_observed = i + 1;", "n_observed = i + 1;", GRID),
    ("src/ingest/regrid.c", "(last - first) * (double)i / (double)(n - 1)", "(last - first) * (double)i / (double)n", GRID),
    ("src/tasks/kinds.c", '{"mlp_ae_family_*", "autoencoder"}', '{"mlp_ae_family_*", "mlp"}', TASKS),
    ("src/tasks/kinds.c", 'strncmp(task, "mini_", 5) == 0 ? task + 5 : task', "task", TASKS),
    ("src/tasks/selector.c", "bool *marks = is_negative ? selection->taken_away : selection->taken;", "bool *marks = selection->taken;", TASKS),
    ("src/space/space.c", "d->scale == HL_SCALE_LOG_ONE_MINUS ? 1 - x : x", "x", SPACE),
    ("src/space/space.c", "return draw_log(stream, d->high, d->low);", "return draw_log(stream, d->low, d->high);", SPACE),
    ("src/space/space.c", "which < 0.6666", "which < 0.9", SPACE),
    # reading and storing
    ("src/ingest/npy.c", "order == (is_big_endian() ? '<' : '>')", "order == (is_big_endian() ? '>' : '<')", NPZ),
    ("src/ingest/npy.c", "return number <= (uint64_t)1 << DBL_MANT_DIG;", "return true;", NPZ),
    ("src/ingest/number.c", "if (quotient * power != dividend) quotient |= 1;", "", NUMBERS),
    ("src/ingest/number.c", "decimal->is_exact = decimal->is_exact && digit == 0;", "", NUMBERS),
    ("src/base/text.c", "n_digit <= 17; n_digit++", "n_digit <= 16; n_digit++", LISTS),
    ("src/base/strings.c", "if (*x != *y) return *x == '\\0' ? -1 : 1;", "if (*x != *y) return *x == '\\0' ? 1 : -1;", ("text_test",)),
    ("src/archive/fletcher32.c", "(LANES - l) * (uint64_t)sums[l]", "(LANES - 1 - l) * (uint64_t)sums[l]", STORE),
    (SHUFFLE, "low[i] | (uint32_t)high[i] << 16;", "low[i] | (uint32_t)high[i] << 8;", STORE),
    (SHUFFLE, "(uint64_t)pairs[3][i] << 48", "(uint64_t)pairs[3][i] << 40", STORE),
    (SHUFFLE, "join2(planes + 2 * k * n, planes + (2 * k + 1) * n, pairs[k]);", "join2(planes + (2 * k + 1) * n, planes + 2 * k * n, pairs[k]);", STORE),
    (SHUFFLE, "value |= (uint64_t)planes[k * n + i] << 8 * k;", "value |= (uint64_t)planes[k * n] << 8 * k;", STORE),  # behind the last block
    (SHUFFLE, "planes[k * n + i] = (unsigned char)(value >> 8 * k);", "planes[k * n + i] = (unsigned char)(value >> 8 * k & 0x7f);", STORE),
    (PLAIN, "(code >> i & 1) << (n - 1 - i)", "(code >> i & 1) << i", STORE),
    (PLAIN, "0x190 + byte - 144", "0x190 + byte - 143", STORE),
    (PLAIN, "for (n--; n >= MAX_MATCH", "for (; n >= MAX_MATCH", STORE),
    (PLAIN, "if (bits.n_held > 0) put_stored(&bits, bytes, 0);", "", STORE),
    (PACK, "if (lost > PLAIN_LOSS * total) break;", "if (lost > total) break;", STORE),  # too large
    (PACK, "libdeflate_adler32(1, ", "libdeflate_adler32(0, ", STORE),
    (PACK, "else if (length != n * size)", "else if (length < n * size)", STORE),
    (PACK, "skipped & HL_PACK_SHUFFLE ? 1 : n;", "n;", STORE),
    (HASHER, "hasher->position += (uint64_t)n;", "", HASH),
    (HASHER, "while (!hasher->is_at_end) TRY(hash_block(hasher));", "", HASH),
    (HASHER, "XXH64_update(hasher->state, hasher->block, (size_t)n);", "XXH64_update(hasher->state, hasher->block, BLOCK_BYTES);", HASH),
    # normalize
    (AVERAGE, "for (size_t r = 0; r < table->n_replica; r++) {\n      if (s", "for (size_t r = 1; r < table->n_replica; r++) {\n      if (s", AVERAGED),  # a lost replica
    (AVERAGE, "loss[s] = sum / (double)n_replica;", "loss[s] = sum / (double)table->n_replica;", AVERAGED),
    (AVERAGE, "if (!table->ran[i_run]) return 0;", "", AVERAGED),  # missing as diverged
    (AVERAGE, "b += hl_value_at(is_double, values, at + n_split);", "b += hl_value_at(is_double, values, at);", AVERAGED),
    (AVERAGE, "r < n_replica; r++, at += n_step * n_split", "r < n_replica; r++, at += n_step", AVERAGED),
    (AVERAGE, "loss[s + 3] = d / n;", "loss[s + 3] = d * (1 / n);", AVERAGED),  # another last digit
    (AVERAGE, "for (; s < n_step; s++) {", "for (; s + 1 < n_step; s++) {", AVERAGED),
    (AVERAGE, "least = n < least ? n : least;", "least = most;", AVERAGED),  # shorter runs as whole ones
    (AVERAGE, "averaged->n_point[i_averaged] = most;", "averaged->n_point[i_averaged] = least;", AVERAGED),
    (COLLAPSE, "if (averaged->n_point[c] > 0 && isfinite(loss[0])) {", "if (averaged->n_point[c] > 0) {", NORMALIZE),
    (COLLAPSE, "for (size_t s = 0; s < averaged->n_point[c]; s++) {", "for (size_t s = 1; s < averaged->n_point[c]; s++) {", NORMALIZE),
    (COLLAPSE, "return !(constants.best < constants.init);", "return !(constants.best <= constants.init);", NORMALIZE),
    (LOSS, "return !isfinite(loss) ? 1 :", "return !isfinite(loss) ? 0 :", NORMALIZE),
    (LOSS, "1 : y < 0 ? 0 : y < 1 ? y : 1;", "1 : y < 1 ? y : 1;", NORMALIZE),
    (LOSS, "1 : y < 0 ? 0 : y < 1 ? y : 1;", "1 : y < 0 ? 0 : y;", NORMALIZE),
    (COLLAPSE, "y[n_point - 1]}", "y[0]}", NORMALIZE),
    (COLLAPSE, "min = y[s] < min ? y[s] : min;", "min = y[s] > min ? y[s] : min;", NORMALIZE),
    (SCORER, "constants_get(&all, over_set ? &own : &all)", "constants_get(&own, over_set ? &own : &all)", NORMALIZE),
    (SCORER, "const bool over_set = scorer->options->best_over == HL_BEST_OVER_SET;", "const bool over_set = true;", NORMALIZE),
    (SCORER, "row->n_missing += averaged->n_point[c] == 0;", "row->n_missing += averaged->n_point[c] <= 1;", NORMALIZE),
    (SCORER, "row->n_diverged += n_finite < averaged->n_point[c];", "row->n_diverged += n_finite == 0;", NORMALIZE),
    (SCORER, "set_constants(&scorer->sets[i], SPLIT_TEST, constants_of(&scorer->sets[i], SPLIT_VALID));",
     "set_constants(&scorer->sets[i], SPLIT_VALID, constants_of(&scorer->sets[i], SPLIT_TEST));", NORMALIZE),
    (SCORER, "table->n_split + row->i_split[k];", "table->n_split + row->i_split[0];", NORMALIZE),  # a wrong split
    # journals
    ("src/base/journal.c", "|| record->check != check_of(record, *bytes))", ")", JOURNAL),
    ("src/base/journal.c", "if (record.key != key || record.i != *n_done) continue;", "if (record.key != key) continue;", JOURNAL),
    ("src/base/journal.c", "|| ftruncate(fileno(journal->file), (off_t)journal->before.n) != 0)", ")", JOURNAL),
    # numbers, lists and pages
    ("src/base/shortest.c", "2 * rest > unit || (2 * rest == unit && (down & 1) != 0);", "2 * rest >= unit;", ("shortest_test",)),  # ties
    ("src/base/shortest.c", "((wide)(it->whole % tens) << it->n_bit) + it->part;", "(wide)(it->whole % tens) << it->n_bit;", ("shortest_test",)),  # what is left
    ("src/base/json.c", "if (status == HL_OK && i > 0 && fputs(", "if (status == HL_OK && i > 1 && fputs(", LISTS),  # a comma
    ("src/learn/list_write.c", "== HL_SCALE_BOOLEAN;", "!= HL_SCALE_BOOLEAN;", LISTS),
    ("src/report/kinds.c", "count = &counts[order[i]];", "count = &counts[i];", ("kinds_test",)),
    ("src/report/html.c", "digits[byte >> 4], digits[byte & 15]", "digits[byte & 15], digits[byte >> 4]", ("tests/report/page.t",)),
    # files of strangers
    (TREES, "return !walk->has_heap || place < walk->n_ended;", "return !walk->has_heap || place < walk->n_heap;", LAYOUT),
    (TREES, "if (level >= above) return", "if (level > above) return", LAYOUT),  # round and round
    (TREES, "if (walk->n_node-- == 0)", "if (walk->n_node == 0)", LAYOUT),
    (TREES, "for (size_t n = walk->n_heap / (2 * n_length); free_place != 1; n--)", "for (size_t n = 1; free_place != 1; n--)", LAYOUT),
    (TREES, "walk->n_heap - free_place < 2 * n_length) return false;", "walk->n_heap - free_place < n_length) return false;", LAYOUT),
    (TREES, "(h5_raw_number(kind, 4) == SOFT_LINK &&", "(h5_raw_number(kind, 4) != SOFT_LINK &&", LAYOUT),
    (TREES, "i % n_batch == 0 && !h5_raw_read(", "i == 0 && !h5_raw_read(", LAYOUT),  # a later batch
    (TREES, "if (at == 0 && !h5_raw_read(", "if (i == 0 && !h5_raw_read(", LAYOUT),
    (TREES, "if (*slot != 0) return HL_OK;", "if (*slot == address + 1) return HL_OK;", LAYOUT),  # circles of groups
    (TREES, "(version == 0 ? 24 : 28)", "24", LAYOUT),
    (TREES, "if (hl_h5_is_contiguous(dataset) || !h5_raw_open(", "if (hl_h5_is_contiguous(dataset) || h5_raw_open(", LAYOUT),
    (TREES, "if (message->type == LINK) return", "if (message->type == LINK + 1) return", LAYOUT),
    ("src/base/h5_raw.c", "flags & 32 ? 16u : 0", "flags & 32 ? 8u : 0", LAYOUT),
    ("src/base/h5_raw.c", "blocks->items[blocks->n++] =", "blocks->items[0] =", LAYOUT),
    ("src/base/h5_heap.c", "message[0] == 1 ? 8 : 1", "message[0] == 1 ? 8 : 2", LAYOUT),
    ("src/base/h5_raw.c", "h5_raw_read_place(raw, raw->base + address, bytes, n)", "h5_raw_read_place(raw, address, bytes, n)", LAYOUT),
    ("src/base/h5_raw.c", "n <= raw->n_window - (size_t)(place - raw->window_place);", "n <= raw->n_window;", LAYOUT),
    # told
    ("src/base/h5_text.c", "text[length - 1] == ' '", "text[length - 1] == '.'", TOLD),
    ("src/cli/results.c", "i < tasks->n && i < MOST && status", "i < tasks->n && i <= MOST && status", TOLD),
    ("src/report/warnings.c", "|| ++*n > MOST_NAMED)", "|| ++*n >= MOST_NAMED)", TOLD),
    ("src/check/list_file.c", "list->entries[i - 1].phase != HL_PHASE_RANDOM ||", "list->entries[i - 1].phase == HL_PHASE_RANDOM ||", TOLD),
    ("src/cli/evaluate.c", "if (evaluation->n_dropped > 0) {", "if (evaluation->n_dropped > 3) {", TOLD),
)
