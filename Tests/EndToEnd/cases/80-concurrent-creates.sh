# shellcheck shell=bash disable=SC2154
race "one replica" codex/race "$work/race"
