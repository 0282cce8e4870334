# shellcheck shell=bash disable=SC2154
allowed "a new run" apply --server-side <<<"$(run_named ssa)"
allowed "the same again" apply --server-side <<<"$(run_named ssa)"
denied "a changed repository" RepositoryNotAllowed apply --server-side <<<"$(run_named ssa repository=other/x)"
