# shellcheck shell=bash disable=SC2154
report=$(ask_replica 1 '/readyz?verbose')
for resource in agentruns implementationspecs agents agentproviders versioncontrolproviders memories; do
  equal "knows $resource" "[+]state-$resource ok" "$(grep -F "]state-$resource " <<<"$report")"
done
