# shellcheck shell=bash disable=SC2154
allowed "a dry run is judged" create --dry-run=server <<<"$(run_named tried head=codex/dry)"
denied "a dry run is refused like the run" RepositoryNotAllowed \
  create --dry-run=server <<<"$(run_named tried repository=other/x)"
allowed "a dry run leaves its branch free" create <<<"$(run_named real head=codex/dry)"
denied "a dry run sees who has the branch" "HeadBranchConflict.*real" \
  create --dry-run=server <<<"$(run_named tried head=codex/dry)"
