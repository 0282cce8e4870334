# shellcheck shell=bash
# What CHANGELOG.md says of a version, for scripts/release, which makes none without it, and scripts/publish, which tells it.

# release_notes VERSION: what stands below '## VERSION', which may be in brackets and have a date; nothing where there is no such line.
release_notes() {
  awk -v version="$1" '
    /^## / { heading = $2; gsub(/[][]/, "", heading); found = heading == version; next }
    found && (told || NF) { told = 1; print }' CHANGELOG.md
}
