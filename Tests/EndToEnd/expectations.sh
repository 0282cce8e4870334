# shellcheck shell=bash disable=SC2154
# What the cases of scripts/e2e say: runs to apply, and what is to come of them. Sourced by it.

passed=0 failed=0

# run_named NAME [KEY=VALUE...]: a run as YAML, with parameters beside a repository and a head of its own.
run_named() {
  local name=$1 pair
  shift
  local -A parameters=([repository]=proompteng/lab [base]=main [head]=codex/$name)
  for pair in "$@"; do parameters[${pair%%=*}]=${pair#*=}; done
  printf 'apiVersion: agents.proompteng.ai/v1alpha1\nkind: AgentRun\nmetadata:\n  name: %s\nspec:\n' "$name"
  printf '  agentRef: { name: codex }\n  runtime: { type: job }\n  implementationSpecRef: { name: leader-election }\n'
  printf '  parameters:\n'
  for pair in "${!parameters[@]}"; do printf '    %s: "%s"\n' "$pair" "${parameters[$pair]}"; done
}

pass() {
  passed=$((passed + 1))
  printf '  ok      %s\n' "$1"
}

fail() {
  failed=$((failed + 1))
  printf '  FAILED  %s\n' "$1"
  awk '{ print "          | " $0 }' <<<"${2-}"
}

# allowed WHAT COMMAND...: it succeeds, reading what stands on stdin.
allowed() {
  local what=$1 output
  shift
  if output=$("$@" 2>&1); then pass "$what"; else fail "$what: expected to be allowed" "$output"; fi
}

# warned WHAT TEXT COMMAND...: it succeeds with a warning that has TEXT.
warned() {
  local what=$1 text=$2 output
  shift 2
  if output=$("$@" 2>&1) && grep -q "^Warning: .*$text" <<<"$output"; then
    pass "$what"
  else
    fail "$what: expected a warning with $text" "$output"
  fi
}

# denied WHAT TEXT COMMAND...: the webhook refuses it, with TEXT.
denied() {
  local what=$1 text=$2 output
  shift 2
  if output=$("$@" 2>&1); then
    fail "$what: expected to be denied" "$output"
  elif grep -q "denied the request: .*$text" <<<"$output"; then
    pass "$what"
  else
    fail "$what: expected to be denied with $text" "$output"
  fi
}

# equal WHAT EXPECTED FOUND
equal() {
  if [[ $2 == "$3" ]]; then pass "$1"; else fail "$1: expected $2" "$3"; fi
}

# soon SECONDS COMMAND...: until it succeeds, as the webhook hears of changes a moment after kubectl does.
soon() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >"$work/soon" 2>&1; do
    if ((SECONDS >= deadline)); then
      cat "$work/soon"
      return 1
    fi
    sleep 0.1
  done
  cat "$work/soon"
}

create() { in_namespace create --filename - "$@"; }
apply() { in_namespace apply --filename - "$@"; }

# stays SECONDS COMMAND...: it succeeds for so long, each time it is tried.
stays() {
  local deadline=$((SECONDS + $1))
  shift
  while ((SECONDS < deadline)); do
    "$@" >"$work/stays" 2>&1 || {
      cat "$work/stays"
      return 1
    }
    sleep 0.5
  done
}

# write_status NAME FILTER: changes a run's status as jq says, as its controller does. Debian's kubectl is older than
# `--subresource`.
write_status() {
  in_namespace get agentrun "$1" --output json | jq ".status |= ($2)" \
    | kube replace --raw "/apis/agents.proompteng.ai/v1alpha1/namespaces/$namespace/agentruns/$1/status" --filename -
}

# write_phase NAME PHASE
write_phase() { write_status "$1" ".phase = \"$2\""; }
