//! The faults of Python metrix and of streamz that must not come back, and the mistakes that must do no harm.

use std::fs;
use std::path::Path;

mod aggregates;
mod delivery;
mod sending;
mod tags;
mod threads;
mod windows;

/// Tests of this crate, of metrix-core and of metrix-io, as a file below `crates` and a function in it.
type Test = (&'static str, &'static str);

const AGGREGATES: &str = "metrix/tests/it/faults/aggregates.rs";
const DELIVERY: &str = "metrix/tests/it/faults/delivery.rs";
const OPENTSDB: &str = "metrix-io/tests/it/opentsdb/faults.rs";
const SENDING: &str = "metrix/tests/it/faults/sending.rs";
const TAGS: &str = "metrix/tests/it/faults/tags.rs";
const THREADS: &str = "metrix/tests/it/faults/threads.rs";
const WINDOWS: &str = "metrix/tests/it/faults/windows.rs";
const FLOW: &str = "metrix-core/tests/it/flow.rs";
const LOOM: &str = "metrix-core/tests/loom_pushed.rs";

/// Each fault, and the tests that would find it.
#[rustfmt::skip]
const FAULTS: &[(&str, &[Test])] = &[
    ("tag sets are compared as joined text", &[
        (TAGS, "tag_sets_are_mappings_and_no_text"), ("metrix/tests/it/golden.rs", "hostile_tags"),
        ("metrix/tests/it/tags.rs", "what_reads_alike_is_not_equal"),
    ]),
    ("a dict of tags that is changed after `send` changes the result", &[
        (TAGS, "what_happens_to_tags_after_the_send_changes_nothing"),
    ]),
    ("impossible windows spin, impossible batches never emit", &[
        (WINDOWS, "windows_and_batches_that_can_not_be_are_refused"),
        (WINDOWS, "fractions_of_a_second_are_windows_like_others"), ("metrix/tests/it/golden.rs", "refused_streams"),
        ("metrix-core/tests/it/bad_input.rs", "seconds_that_are_no_interval"),
    ]),
    ("the last window or batch is never emitted, and elements are lost at exit", &[
        (WINDOWS, "the_last_window_or_batch_is_given_out"), (DELIVERY, "nothing_is_lost_at_shutdown"),
        ("metrix/tests/it/coordinator/end.rs", "dropped_without_a_shutdown_it_delivers_as_long_as_the_runtime_lasts"),
    ]),
    ("a second pass of an aggregate over its values sees none", &[
        (AGGREGATES, "an_aggregate_goes_over_its_values_as_often_as_it_likes"),
    ]),
    ("the deviation of one value loses the batch, mixes up the outputs or ends the stream", &[
        (AGGREGATES, "a_deviation_of_one_value_is_all_that_is_left_out_of_a_batch"),
        (AGGREGATES, "a_deviation_of_one_value_ends_no_windows"),
        ("metrix/tests/it/golden.rs", "an_aggregate_without_a_value_disturbs_no_other"),
    ]),
    ("the error of an aggregate comes out of `send`, or replaces that of the timed code", &[
        (AGGREGATES, "the_error_of_an_aggregate_is_not_that_of_the_sender"),
        (AGGREGATES, "the_error_of_an_aggregate_is_not_that_of_the_task_that_takes_the_elements"),
        (AGGREGATES, "the_error_of_an_aggregate_does_not_replace_that_of_the_timed_code"),
    ]),
    ("a window lasts its interval and the time of processing", &[
        (WINDOWS, "windows_do_not_drift_however_slow_the_one_is_who_takes_them"),
        ("metrix-core/tests/it/windows/timed.rs", "missed_ticks_give_each_window_once_with_its_own_bounds"),
    ]),
    ("`send` blocks while an output is rate-limited, and the slowest sink governs all", &[
        (SENDING, "a_send_does_not_wait_for_a_rate_limit"), (SENDING, "only_a_send_that_may_wait_waits_for_a_sink"),
    ]),
    ("the buffer of a sink has 3 elements, or no bound", &[
        (DELIVERY, "a_queue_is_as_long_as_it_was_told_to_be_and_drops_what_it_was_told_to"),
        (DELIVERY, "what_a_full_queue_drops_is_logged_once"),
    ]),
    ("one exception in a sink hangs the application", &[
        (DELIVERY, "a_sink_that_fails_or_panics_is_tried_again_and_hangs_nobody"),
        ("metrix/tests/it/coordinator/isolation.rs", "a_good_sink_gets_everything_at_once_whatever_the_others_do"),
    ]),
    ("two threads have spurious errors", &[
        (THREADS, "threads_send_together_without_errors_and_nothing_is_lost"),
        (THREADS, "senders_and_streams_go_to_any_thread"), (LOOM, "two_pushers_and_batches_that_become_full"),
        (LOOM, "two_pushers_and_a_window_that_the_stream_or_a_push_closes"),
    ]),
    ("`send` stalls the event loop", &[(SENDING, "a_send_stalls_no_event_loop")]),
    ("of two streams of one name the first stays wired", &[(DELIVERY, "two_streams_of_one_name_are_refused")]),
    ("two aggregates of one name give two elements of one name", &[
        (AGGREGATES, "two_aggregates_of_one_name_are_refused"),
    ]),
    ("an empty list of aggregates emits nothing", &[(AGGREGATES, "an_empty_list_of_aggregates_is_refused")]),
    ("the wall clock rules the rate limit", &[(DELIVERY, "the_wall_clock_does_not_rule_the_rate_limit")]),
    ("there is no limit on distinct tag sets", &[
        (TAGS, "distinct_tag_sets_have_a_limit_that_is_counted_and_logged_once"),
        ("metrix/tests/it/series.rs", "a_flood_of_tags_keeps_its_bound"),
    ]),
    ("the OpenTSDB client does not escape, and raises for NaN or without tags", &[
        (OPENTSDB, "a_line_break_forges_no_command_and_what_can_not_be_sent_is_counted"),
        (OPENTSDB, "what_is_no_number_is_refused_without_a_panic"),
        ("metrix-io/src/sinks/opentsdb/name.rs", "follows_the_table_of_the_docs"),
        ("metrix-io/src/sinks/opentsdb/point/tests.rs", "lines_and_json_are_read_as_what_was_meant"),
    ]),
    ("a slice counts its steps from 0, and an end of 0 is none", &[
        ("metrix-core/src/ops/slice.rs", "is_what_a_slice_of_a_list_gives"),
        ("metrix-core/tests/it/golden.rs", "operators_give_what_streamz_gives"),
    ]),
    ("`sliding_window(0)` raises", &[("metrix-core/tests/it/bad_input.rs", "sizes_of_zero")]),
    ("`combine_latest(a, a)` raises", &[
        ("metrix-core/src/join/share/tests.rs", "the_same_input_twice_can_be_combined"),
    ]),
    ("`flatten` loses an item when the iterator raises", &[
        ("metrix-core/src/ops/flatten.rs", "all_before_a_panic_is_emitted"),
        ("metrix-core/src/ops/flatten.rs", "an_error_is_an_element_in_its_place"),
    ]),
    ("`collect` delivers again after an error downstream", &[
        (FLOW, "collect_on_gives_its_items_once_though_what_follows_fails"),
    ]),
    ("a `zip` of uneven branches hangs", &[
        ("metrix-core/src/join/zip.rs", "holds_up_the_faster_input"),
        ("metrix-core/src/join/zip.rs", "ends_with_the_first_input_although_others_are_silent"),
        ("metrix-core/tests/it/golden.rs", "zip_counts_what_it_drops"),
    ]),
    ("`latest` loses the last value when it comes while busy", &[(FLOW, "latest_always_gives_the_last")]),
    ("`delay` lets the first items through at once", &[
        (FLOW, "delay_keeps_the_distances_and_drains_after_the_end"),
    ]),
    ("`partition` by key never forgets a key", &[
        ("metrix-core/tests/it/keyed.rs", "partition_by_gives_batches_without_keys"),
        ("metrix-core/tests/it/keyed.rs", "idle_keys_are_flushed_each_in_its_time"),
    ]),
    ("`accumulate` emits the first item untouched", &[
        ("metrix-core/src/ops/scan.rs", "one_output_an_item_and_the_state_can_be_read"),
    ]),
];

const BAD_INPUT: &str = "metrix/tests/it/bad_input.rs";
const HANGING: &str = "metrix/tests/it/bad_input/sinks.rs";
const REFUSALS: &str = "metrix/tests/it/coordinator/refusals.rs";

/// What users and their peers get wrong, and the tests of what comes of it.
#[rustfmt::skip]
const MISTAKES: &[(&str, &[Test])] = &[
    ("names with control characters", &[
        (BAD_INPUT, "names_with_control_characters_are_refused_wherever_a_name_is_given"),
        ("metrix/tests/it/agg.rs", "names_that_no_element_can_have_are_refused"), (REFUSALS, "names_that_can_not_be"),
    ]),
    ("tags with control characters", &[
        (BAD_INPUT, "tags_with_control_characters_arrive_as_they_are"),
        ("metrix/tests/it/sinks/log.rs", "control_characters_forge_no_line"),
    ]),
    ("tags of 1 MB", &[
        (BAD_INPUT, "tags_of_a_megabyte_are_refused_unless_they_are_asked_for"),
        ("metrix/tests/it/stream.rs", "long_tags_are_refused_and_counted_and_odd_ones_taken"),
    ]),
    ("a flood of tags", &[
        (BAD_INPUT, "a_flood_of_tags_stays_in_its_stream"),
        ("metrix/tests/it/series.rs", "a_flood_of_tags_keeps_its_bound"),
    ]),
    ("a sink that never returns", &[
        (HANGING, "a_sink_that_never_returns_costs_the_time_of_the_shutdown_and_no_more"),
        (HANGING, "a_sink_that_hangs_now_and_then_gets_everything"), (HANGING, "a_sink_that_hangs_can_be_taken_out"),
    ]),
    ("an aggregate that panics", &[
        (BAD_INPUT, "an_aggregate_that_panics_is_counted_and_logged_once_and_the_rest_arrives"),
        ("metrix/tests/it/agg_panics.rs", "wherever_it_panics_the_others_have_their_values"),
    ]),
    ("a builder with nothing to aggregate", &[
        (AGGREGATES, "an_empty_list_of_aggregates_is_refused"), (REFUSALS, "streams_that_can_not_be_built"),
    ]),
    ("two streams of one name", &[
        (DELIVERY, "two_streams_of_one_name_are_refused"), (REFUSALS, "nothing_starts_with_two_of_one_name"),
    ]),
];

#[test]
fn every_fault_and_mistake_has_its_tests() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (fault, tests) in FAULTS.iter().chain(MISTAKES) {
        assert!(!tests.is_empty(), "{fault}");
        for (file, name) in *tests {
            let source = fs::read_to_string(crates.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(is_test(&source, name), "{fault}: {file} has no test {name}");
        }
    }
}

/// Whether this is a function that the test harness runs.
fn is_test(source: &str, name: &str) -> bool {
    let Some(place) = source.find(&format!("fn {name}(")) else { return false };
    let before = source[..place].rsplit("\n\n").next().unwrap_or_default();
    before.contains("test]") || before.contains("::test(")
}
