//! The contract of a store: one list of cases that the embedded store and Neo4j both keep.
#![expect(
    clippy::unwrap_used,
    reason = "these are tests, though clippy takes no helper of an integration test for one"
)]

mod bench;
mod checkpoint;
mod embedded_only;
mod fixture;
mod graph;
mod ledger;
mod mutation;
mod neo4j_code;
mod neo4j_fault;
mod neo4j_only;
mod neo4j_own;
mod neo4j_summary;
mod neo4j_zombie;
mod proxy;
mod query;
mod replay;
mod reset;
mod target;
mod version;

/// Makes a test of each case for each store.
macro_rules! contract {
    ($($module:ident: $($case:ident),+;)+) => {
        mod embedded {
            $($(
                #[tokio::test]
                async fn $case() {
                    let bench = crate::bench::embedded();
                    crate::$module::$case(bench.store()).await;
                }
            )+)+
        }
        mod neo4j {
            $($(
                #[tokio::test]
                async fn $case() {
                    let bench = crate::bench::neo4j().await;
                    crate::$module::$case(bench.store()).await;
                }
            )+)+
        }
    };
}

contract! {
    checkpoint:
        a_first_claim_begins_where_it_wants_to,
        a_later_claim_raises_the_epoch_and_keeps_the_place,
        claims_are_answered_in_their_own_order,
        a_restart_is_a_new_incarnation_with_the_same_books,
        another_cluster_is_a_new_incarnation,
        a_batch_moves_its_checkpoints_with_its_data,
        an_interval_without_records_moves_its_checkpoint,
        a_batch_without_intervals_changes_nothing,
        a_batch_whose_answer_was_lost_is_not_written_again,
        a_writer_whose_partition_was_taken_over_is_fenced,
        one_partition_taken_over_fences_the_whole_batch,
        a_batch_without_its_checkpoint_finds_it_gone,
        a_batch_that_begins_elsewhere_is_astray,
        every_row_of_the_table_decides_and_only_the_first_writes,
        a_batch_of_two_partitions_is_written_as_a_whole_or_not_at_all,
        of_two_writers_at_the_same_place_one_commits,
        of_many_claims_at_once_each_gets_an_epoch_of_its_own,
        a_probe_changes_nothing,
        embedded_clusters_retire_into_one_row,
        writing_to_a_retired_checkpoint_finds_it_gone;
    graph:
        a_purchase_becomes_a_path,
        a_transaction_id_is_stored_once,
        a_newer_rating_replaces_and_an_older_one_does_not,
        the_first_review_and_the_first_follow_stay,
        a_stated_category_stays_and_a_default_does_not_replace_it,
        names_and_price_are_set_where_there_is_none,
        hostile_text_comes_back_as_it_was,
        the_greatest_ids_are_ids,
        a_batch_of_thousands_is_one_transaction,
        the_books_balance_after_a_mixture;
    ledger:
        a_dead_letter_is_kept_byte_for_byte,
        a_dead_letter_is_written_once,
        pages_follow_each_other_in_order,
        a_page_of_one_topic_has_no_other,
        a_page_after_nothing_known_is_refused,
        letters_are_counted_by_topic,
        letters_are_counted_by_reason,
        letters_are_found_by_reason_and_by_what_became_of_them,
        a_letter_is_found_by_its_key_where_two_stood_at_one_place,
        offsets_are_those_of_the_interval,
        what_is_published_is_not_published_again,
        of_several_clusters_the_newest_letter_is_found,
        a_topic_made_anew_keeps_the_letters_of_the_old_one;
    mutation:
        a_merged_node_is_one_and_has_what_the_last_record_says,
        added_properties_leave_the_others_and_null_removes_one,
        every_kind_of_value_comes_back_as_it_was,
        a_key_is_found_by_its_value_and_not_by_its_kind_of_number,
        several_keys_are_one_address_and_labels_are_all_needed,
        a_relationship_comes_with_its_ends_and_is_one_for_each_pair,
        relationships_with_keys_are_one_for_each_key,
        an_end_that_is_only_named_is_not_changed,
        a_tombstone_deletes_and_what_is_not_there_is_no_obstacle,
        one_key_is_merged_and_deleted_in_the_order_of_the_log,
        several_patterns_are_all_applied,
        hostile_names_and_values_are_names_and_values,
        names_that_differ_in_every_record_are_all_set,
        cud_messages_create_update_merge_and_delete,
        cud_messages_tie_nodes,
        a_relationship_without_an_end_is_a_fault_of_its_record,
        a_node_with_relationships_is_deleted_only_with_them,
        mutations_go_with_their_checkpoint_exactly_once,
        thousands_of_rows_are_one_batch,
        keys_are_made_unique_as_often_as_one_likes,
        what_no_index_finds_is_told_with_the_statement_that_makes_one,
        a_reset_of_the_embedded_store_empties_it_of_mutations_too;
    query:
        an_empty_graph_answers_everything_with_nothing,
        sales_are_those_of_the_window,
        influencers_are_ordered_by_followers_then_id,
        ratings_are_counted_by_stars,
        raters_are_ordered_and_limited,
        bought_pairs_are_distinct_and_ordered,
        buyers_are_those_of_the_window_and_the_products,
        followers_are_limited_for_each,
        follows_among_users_begin_and_end_there,
        neighbours_are_ordered_by_kinds_of_ties_and_counted_without_the_limit,
        names_and_facts_are_those_that_are_known,
        what_records_became_is_found_as_it_stands;
    replay:
        a_replay_is_noted_and_may_be_repeated,
        of_many_replays_at_once_one_claims,
        what_was_sent_before_is_claimed_only_by_who_wants_it_again,
        a_claim_that_was_never_ended_is_void_after_a_minute,
        a_claim_is_ended_by_whoever_has_it,
        a_replay_that_fails_again_points_to_its_origin,
        an_origin_that_nobody_knows_harms_nobody;
    reset:
        a_reset_empties_the_graph_and_begins_where_it_is_told,
        a_reset_fences_writers_in_flight,
        a_reset_keeps_incarnations_and_removes_retired_rows,
        a_reset_of_an_empty_store_makes_the_checkpoints;
    target:
        a_topic_is_active_since_it_was_read_until_it_is_forgotten;
}
