# shellcheck shell=bash disable=SC2154
for number in 1 2 3; do allowed "run $number" create <<<"$(run_named "many-$number")"; done
allowed "all are deleted at once" in_namespace delete agentruns --all
equal "none is left" "" "$(in_namespace get agentruns --output name)"
