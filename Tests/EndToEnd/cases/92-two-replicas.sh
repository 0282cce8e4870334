# shellcheck shell=bash disable=SC2154
start_replica 2
for round in 1 2 3; do
  race "two replicas, round $round" "codex/two-$round" "$work/two-$round"
  remove_runs
done
stop_replica 2
