# shellcheck shell=bash disable=SC2154
allowed "a good run is stored" apply <<<"$(run_named good)"
allowed "and applied again" apply <<<"$(run_named good)"
# Newer definitions refuse such a run before the webhook is asked.
if [[ $(run_named override prompt='do a little' | apply --dry-run=server 2>&1) == *'is invalid'* ]]; then
  pass "a prompt that hides the ImplementationSpec is refused by the definition"
else
  warned "a prompt that hides the ImplementationSpec is warned about" PromptOverride \
    apply <<<"$(run_named override prompt='do a little')"
fi
warned "a TTL that is not the run's is warned about" MisplacedTTL \
  apply <<<"$(run_named ttl | sed 's/type: job }/type: job, config: { ttlSecondsAfterFinished: 60 } }/')"
denied "a repository off the list is refused" RepositoryNotAllowed apply <<<"$(run_named elsewhere repository=other/x)"
long=$(printf 'a%.0s' {1..64})
denied "a name of 64 characters is refused" RunNameTooLong apply <<<"$(run_named "$long" head=codex/long)"
warned "an agent that is not there yet is warned about" MissingAgent \
  apply <<<"$(run_named lost | sed 's/agentRef: { name: codex }/agentRef: { name: nobody }/')"
denied "a second run on a branch is refused" "HeadBranchConflict.*good" apply <<<"$(run_named second head=codex/good)"
denied "a run on a branch under that one is refused, as git cannot keep both" "HeadBranchPathConflict.*good" \
  apply <<<"$(run_named under head=codex/good/tests)"
told=$(run_named token repository=https://x:ghp_endtoend@github.com/other/x | apply 2>&1 || true)
equal "a refusal names the repository of a URL" 1 "$(grep -c 'RepositoryNotAllowed.*github.com/other/x' <<<"$told")"
equal "and not the token in it" 0 "$(grep -c ghp_endtoend <<<"$told")"
