# shellcheck shell=bash
# The versions of the Swift packages that a production executable is built of, for scripts/build. Package.resolved is no part of the
# repository: it names commits, which are others where packages come from a mirror.

versions=scripts/build.d/versions

# resolved_versions: what is resolved now, a line of name and version each.
resolved_versions() {
  [[ -f Package.resolved ]] || swift package resolve >&2
  jq -r '.pins[] | "\(.identity) \(.state.version)"' Package.resolved | LC_ALL=C sort
}

# resolve_versions: has SwiftPM take the versions of the list, one after the other, if it has taken others.
resolve_versions() {
  local name version log
  [[ $(resolved_versions) != "$(<"$versions")" ]] || return 0
  say "Resolving the Swift packages to the versions in $versions ..."
  log=$(mktemp)
  while read -r name version; do
    swift package resolve "$name" --version "$version" >"$log" 2>&1 </dev/null \
      || { cat "$log" >&2; die "SwiftPM does not take $name $version (see above); correct Package.swift or $versions"; }
  done <"$versions"
  rm -f "$log"
  [[ $(resolved_versions) == "$(<"$versions")" ]] \
    || die "Package.swift asks for other Swift packages than $versions has; swift package update, and scripts/build --pin"
}
