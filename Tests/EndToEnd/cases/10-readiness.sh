# shellcheck shell=bash disable=SC2154
# A watch may fail at first: right after a definition was installed an API server answers 429 while it prepares its storage, and
# asks for another try a second later. That goes by while nothing happens to the kind.
settled() {
  report=$(ask_replica 1 '/readyz?verbose')
  ! grep -q '^\[+\]state-.* ok;' <<<"$report"
}
soon 30 settled >/dev/null || true
for resource in agentruns implementationspecs agents agentproviders versioncontrolproviders memories secretbindings jobs; do
  equal "knows $resource" "[+]state-$resource ok" "$(grep -F "]state-$resource " <<<"$report")"
done
